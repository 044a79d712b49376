using System.Buffers;
using Cloud.Listener.Hosting;
using Cloud.Wire;

namespace Cloud.Listener.Pop3;

/// <param name="Octets">Without CRLF; valid until the next line is read.</param>
readonly record struct Pop3Line(LineStatus Status, ReadOnlySequence<byte> Octets);

/// <summary>A session's lines. Replies are flushed when there is nothing left to read: that serves pipelining.</summary>
sealed class Pop3Input(Connection connection, TimeSpan patience)
{
    LineFramer framer;
    ReadOnlySequence<byte> rest;
    bool holding;
    bool completed;

    /// <summary>There is more than the line last read.</summary>
    public bool HasMore => holding && !rest.IsEmpty;

    /// <returns>Null when the client is gone or silent (RFC 1939 §3: then not a word is said), or the server stops.</returns>
    public async ValueTask<Pop3Line?> ReadLineAsync(int limit)
    {
        while (!connection.IsDraining)
        {
            if (holding)
            {
                var status = framer.Take(ref rest, limit, out var line);
                if (status != LineStatus.Incomplete)
                    return new Pop3Line(status, line);
                Release();
            }
            if (!await connection.FlushAsync() || completed)
                return null;

            var (result, interruption) = await connection.ReadAsync(patience);
            if (interruption == Interruption.None)
            {
                rest = result.Buffer;
                completed = result.IsCompleted;
                holding = true;
            }
            else if (interruption.HasFlag(Interruption.Timeout))
            {
                return null;
            }
        }
        return null;
    }

    /// <summary>Gives the buffer back to the connection; what is not a whole line yet stays in it.</summary>
    public void Release()
    {
        if (!holding)
            return;
        connection.Input.AdvanceTo(rest.Start, rest.End);
        rest = default;
        holding = false;
    }
}
