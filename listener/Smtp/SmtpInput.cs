using System.Buffers;
using Cloud.Listener.Hosting;
using Cloud.Wire;

namespace Cloud.Listener.Smtp;

/// <summary>What the peer sends, as lines or octets. Answers are flushed once for each read (RFC 2920 §3.2).</summary>
/// <remarks>Whatever ends the session while it waits arrives as a <see cref="ProtocolException"/> with a closing reply.</remarks>
sealed class SmtpInput(Connection connection, TimeProvider time)
{
    LineFramer framer;
    ReadOnlySequence<byte> unread;
    bool held;
    bool ended;

    /// <summary>While true the server's stop does not end a wait: a transaction is in flight.</summary>
    public bool ThroughDrain { get; set; }

    /// <param name="limit">Longest line, octets with CRLF.</param>
    /// <returns>A line without CRLF, valid until the next read.</returns>
    public async ValueTask<ReadOnlySequence<byte>> ReadLineAsync(int limit, TimeSpan timeout, Reply tooLong)
    {
        var start = time.GetTimestamp();
        while (true)
        {
            switch (framer.Take(ref unread, limit, out var line))
            {
                case LineStatus.Line:
                    return line;
                case LineStatus.TooLong:
                    throw new ProtocolException(tooLong);
                case LineStatus.BareNewline:
                    throw new ProtocolException(Replies.BareNewline);
            }
            await FillAsync(timeout - time.GetElapsedTime(start));
        }
    }

    /// <returns>At least one octet, valid until the next read; say with <see cref="Consume"/> how many were taken.</returns>
    public async ValueTask<ReadOnlySequence<byte>> ReadAsync(TimeSpan timeout)
    {
        if (unread.IsEmpty)
            await FillAsync(timeout);
        return unread;
    }

    public void Consume(long octets) => unread = unread.Slice(octets);

    /// <returns>True when the peer has sent more than has been taken.</returns>
    public bool HasMore()
    {
        if (!unread.IsEmpty)
            return true;
        Release();
        if (!connection.Input.TryRead(out var result))
            return false;
        (unread, held, ended) = (result.Buffer, true, result.IsCompleted);
        return !unread.IsEmpty;
    }

    /// <summary>Gives the pipe back what was taken; needed before something else reads from it.</summary>
    public void Release()
    {
        if (held)
            connection.Input.AdvanceTo(unread.Start, unread.End);
        (unread, held) = (default, false);
    }

    async ValueTask FillAsync(TimeSpan timeout)
    {
        Release();
        if (ended || !await connection.FlushAsync())
            throw new ProtocolException(Reply.Silence);

        var (result, interruption) = await connection.ReadAsync(
            timeout > TimeSpan.Zero ? timeout : TimeSpan.Zero,
            ThroughDrain
        );
        if (interruption.HasFlag(Interruption.Timeout))
            throw new ProtocolException(Replies.TimedOut);
        if (interruption != Interruption.None)
            throw new ProtocolException(connection.IsRevoked ? Replies.Revoked : Replies.Draining);

        (unread, held, ended) = (result.Buffer, true, result.IsCompleted);
    }
}
