using System.Buffers.Binary;

namespace Cloud.Api.Gateway.Wire;

/// <summary>
/// A message on the wire: frames of a length (4 octets, little-endian) and so many octets, and an empty one at the end.
/// </summary>
/// <remarks>
/// HTTP's own end cannot be trusted: what a proxy makes of a connection that broke may look complete. Without the last
/// frame nothing is.
/// </remarks>
public sealed class FrameWriter(Stream output)
{
    readonly byte[] frame = new byte[4 + WireLimits.Frame];

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        while (!bytes.IsEmpty)
        {
            var some = bytes[..Math.Min(bytes.Length, WireLimits.Frame)];
            some.CopyTo(frame.AsMemory(4));
            await SendAsync(some.Length, cancel);
            bytes = bytes[some.Length..];
        }
    }

    public async ValueTask CopyAsync(Stream source, CancellationToken cancel)
    {
        int read;
        while ((read = await source.ReadAsync(frame.AsMemory(4), cancel)) > 0)
            await SendAsync(read, cancel);
    }

    public async ValueTask EndAsync(CancellationToken cancel)
    {
        await SendAsync(0, cancel);
        await output.FlushAsync(cancel);
    }

    ValueTask SendAsync(int length, CancellationToken cancel)
    {
        BinaryPrimitives.WriteInt32LittleEndian(frame, length);
        return output.WriteAsync(frame.AsMemory(0, 4 + length), cancel);
    }
}

/// <summary>Reads what <see cref="FrameWriter"/> wrote.</summary>
public sealed class FrameReader(Stream input)
{
    readonly byte[] header = new byte[4];
    int rest;
    bool ended;

    /// <summary>The first frame alone: a head before the message.</summary>
    /// <exception cref="WireException">The bytes end early, or are no frames.</exception>
    public async ValueTask<byte[]> ReadHeadAsync(CancellationToken cancel)
    {
        await NextAsync(cancel);
        var head = new byte[rest];
        for (var at = 0; rest > 0; )
            at += await ReadAsync(head.AsMemory(at), cancel);
        return head;
    }

    /// <returns>Octets read; 0 at the end of the message, and only there.</returns>
    /// <exception cref="WireException">The bytes end early, or are no frames.</exception>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancel)
    {
        if (buffer.IsEmpty)
            return 0;
        if (rest == 0 && !ended)
            await NextAsync(cancel);
        if (ended)
            return 0;
        var read = await input.ReadAsync(buffer[..Math.Min(buffer.Length, rest)], cancel);
        if (read == 0)
            throw new WireException("The bytes break off inside a frame");
        rest -= read;
        return read;
    }

    async ValueTask NextAsync(CancellationToken cancel)
    {
        if (await input.ReadAtLeastAsync(header, header.Length, throwOnEndOfStream: false, cancel) < header.Length)
            throw new WireException("The bytes break off before the last frame");
        rest = BinaryPrimitives.ReadInt32LittleEndian(header);
        if (rest is < 0 or > WireLimits.Frame)
            throw new WireException("These are no frames");
        ended = rest == 0;
    }
}
