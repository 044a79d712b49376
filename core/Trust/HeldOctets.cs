using System.Buffers;

namespace Cloud.Trust;

/// <summary>The first octets of something that streams by, in a block of the pool that grows with them.</summary>
/// <param name="most">Octets that are kept; what comes after is not.</param>
sealed class HeldOctets(int most) : IDisposable
{
    /// <summary>Octets of the first block: most headers, and most mail, are not larger.</summary>
    const int FirstBlock = 8 * 1024;

    byte[] block = [];
    int length;

    public int Length => length;

    /// <summary>Valid until the next write, or the end.</summary>
    public ReadOnlyMemory<byte> Octets => block.AsMemory(0, length);

    /// <inheritdoc cref="Octets"/>
    public ReadOnlySpan<byte> Span => block.AsSpan(0, length);

    public void Write(ReadOnlySpan<byte> octets)
    {
        octets = octets[..Math.Min(octets.Length, most - length)];
        if (octets.IsEmpty)
            return;
        if (length + octets.Length > block.Length)
            Grow(length + octets.Length);
        octets.CopyTo(block.AsSpan(length));
        length += octets.Length;
    }

    /// <summary>Gives the block back: nothing is kept any more.</summary>
    public void Dispose()
    {
        var last = block;
        (block, length) = ([], 0);
        if (last.Length > 0)
            ArrayPool<byte>.Shared.Return(last);
    }

    void Grow(int least)
    {
        var larger = ArrayPool<byte>.Shared.Rent(
            Math.Max(least, Math.Min(most, Math.Max(FirstBlock, 2 * block.Length)))
        );
        Span.CopyTo(larger);
        if (block.Length > 0)
            ArrayPool<byte>.Shared.Return(block);
        block = larger;
    }
}
