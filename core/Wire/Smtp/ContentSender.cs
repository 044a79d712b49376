using System.Buffers;

namespace Cloud.Wire.Smtp;

/// <summary>Sends a message's octets as they are read, never all of them at a time.</summary>
sealed class ContentSender(SmtpChannel channel, Func<CancellationToken, ValueTask<Stream>> open)
{
    /// <summary>Octets read at a time. What goes out at a time is up to twice as much.</summary>
    const int Block = 32 * 1024;

    readonly SmtpTimeouts times = channel.Options.Timeouts;

    /// <summary>Behind a 354: the message, then a dot. The reply is the channel's last.</summary>
    /// <returns>What was refused; null when the reply is 2xx.</returns>
    /// <exception cref="SmtpFaultException">The connection or the message broke off, or the server refused in its midst.</exception>
    public async ValueTask<SmtpFailure?> DataAsync()
    {
        channel.Phase = SmtpPhase.Content;
        await channel.ExpectSilenceAsync();
        var encoder = new SmtpContentEncoder(stuff: true);
        var block = ArrayPool<byte>.Shared.Rent(Block);
        var source = await OpenAsync();
        try
        {
            while (await ReadAsync(source, block.AsMemory(0, Block)) is > 0 and var count)
            {
                var length = encoder.Encode(
                    block.AsSpan(0, count),
                    channel.Room(SmtpContentEncoder.MaxLength(count)).Span
                );
                channel.Advance(length);
                if (channel.Written < Block)
                    continue;
                await channel.ExpectSilenceAsync(); // A server that refuses now reads no more.
                await channel.FlushAsync(times.Block);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
            await source.DisposeAsync();
        }

        channel.Advance(encoder.Finish(channel.Room(SmtpContentEncoder.MaxLength(0)).Span));
        channel.Write(".\r\n"u8);
        await channel.ExpectSilenceAsync();
        channel.EndContent();
        return await FinishAsync();
    }

    /// <summary>BDAT: chunks with their lengths before them (RFC 3030 §2).</summary>
    /// <param name="ahead">Chunks that may wait for their replies while the next goes out; 0 without PIPELINING (§2).</param>
    /// <param name="isText">Line ends are made to be CRLF; otherwise octets go as they are.</param>
    /// <returns>What was refused; null when the last reply is 2xx.</returns>
    /// <exception cref="SmtpFaultException">The connection or the message broke off.</exception>
    public async ValueTask<SmtpFailure?> ChunksAsync(int ahead, bool isText)
    {
        channel.Phase = SmtpPhase.Content;
        await channel.ExpectSilenceAsync();
        var encoder = new SmtpContentEncoder(stuff: false);
        var block = ArrayPool<byte>.Shared.Rent(Block);
        var chunk = ArrayPool<byte>.Shared.Rent(SmtpContentEncoder.MaxLength(Block));
        var source = await OpenAsync();
        try
        {
            while (true)
            {
                var count = await FillAsync(source, block.AsMemory(0, Block));
                var isLast = count < Block;
                var octets = block.AsMemory(0, count);
                if (isText)
                {
                    var length = encoder.Encode(octets.Span, chunk);
                    length += isLast ? encoder.Finish(chunk.AsSpan(length)) : 0;
                    octets = chunk.AsMemory(0, length);
                }

                WriteChunk(octets.Span, isLast);
                if (isLast)
                    break;
                await channel.FlushAsync(times.Block);
                while (channel.Unanswered > ahead || channel.Unanswered > 0 && channel.HasSpoken)
                {
                    if (await TakeReplyAsync() is { } refusal)
                        return refusal;
                }

                await ExpectNoMoreAsync();
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
            ArrayPool<byte>.Shared.Return(chunk);
            await source.DisposeAsync();
        }

        return await FinishAsync();
    }

    /// <summary>The last octets go out, and the reply to them is awaited: the window in which nobody knows.</summary>
    async ValueTask<SmtpFailure?> FinishAsync()
    {
        channel.Phase = SmtpPhase.Final;
        await channel.FlushAsync(times.Block);
        SmtpFailure? refusal = null;
        while (channel.Unanswered > 0)
        {
            await ReadFinalReplyAsync();
            if (channel.Reply.Code is >= 200 and < 300 && refusal is null)
                continue;
            if (channel.Reply.Code < 400)
                throw channel.Fault(SmtpFault.Protocol, "4.5.0", "the server contradicts itself about the message");
            refusal ??= channel.Refusal().Failure;
        }

        return refusal;
    }

    /// <summary>421 in answer to an earlier chunk says nothing of the last, which is on its way.</summary>
    async ValueTask ReadFinalReplyAsync()
    {
        try
        {
            await channel.ReadReplyAsync(times.Final, isFinal: true);
        }
        catch (SmtpFaultException e) when (e.Failure.Fault == SmtpFault.Refused && channel.Unanswered > 0)
        {
            throw new SmtpFaultException(e.Failure with { Fault = SmtpFault.Lost });
        }
    }

    /// <summary>Who answers a chunk twice has lost count: what he says next would be taken for another chunk's reply.</summary>
    async ValueTask ExpectNoMoreAsync()
    {
        if (channel.Unanswered == 0)
            await channel.ExpectSilenceAsync();
    }

    void WriteChunk(ReadOnlySpan<byte> octets, bool isLast)
    {
        channel.Write("BDAT "u8);
        channel.Write(octets.Length);
        channel.Write(isLast ? " LAST"u8 : default);
        channel.EndLine();
        octets.CopyTo(channel.Room(octets.Length).Span);
        channel.Advance(octets.Length);
    }

    /// <summary>A chunk's reply. A refusal ends the sending, and what is still on its way is answered all the same.</summary>
    async ValueTask<SmtpFailure?> TakeReplyAsync()
    {
        await channel.ReadReplyAsync(times.Final);
        if (channel.Reply.Code is >= 200 and < 300)
            return null;
        var refusal = channel.Refusal().Failure;
        while (channel.IsUsable && channel.Unanswered > 0)
            await channel.ReadReplyAsync(times.Final);
        return refusal;
    }

    async ValueTask<Stream> OpenAsync()
    {
        try
        {
            return await open(channel.Within(times.Block));
        }
        catch (Exception e)
        {
            throw channel.Unread(e);
        }
    }

    async ValueTask<int> FillAsync(Stream source, Memory<byte> block)
    {
        var count = 0;
        while (count < block.Length && await ReadAsync(source, block[count..]) is > 0 and var more)
            count += more;
        return count;
    }

    async ValueTask<int> ReadAsync(Stream source, Memory<byte> block)
    {
        try
        {
            return await source.ReadAsync(block, channel.Within(times.Block));
        }
        catch (Exception e)
        {
            throw channel.Unread(e);
        }
    }
}
