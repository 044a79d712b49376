using System.Buffers;

namespace Cloud.Mail.Encodings;

/// <summary>Octets that grow in a rented array. Used by one caller, who disposes of it.</summary>
sealed class PooledWriter(int capacity) : IBufferWriter<byte>, IDisposable
{
    const int MinRoom = 256;

    byte[] octets = ArrayPool<byte>.Shared.Rent(Math.Max(capacity, MinRoom));
    int length;

    public ReadOnlySpan<byte> Written => octets.AsSpan(0, length);

    public void Advance(int count) => length += count;

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        sizeHint = Math.Max(sizeHint, 1);
        if (octets.Length - length < sizeHint)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(octets.Length * 2, length + sizeHint));
            Written.CopyTo(larger);
            ArrayPool<byte>.Shared.Return(octets);
            octets = larger;
        }

        return octets.AsMemory(length);
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(octets);
}
