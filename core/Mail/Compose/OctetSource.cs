using System.Buffers;
using System.Runtime.CompilerServices;

namespace Cloud.Mail.Compose;

/// <summary>Octets that can be read more than once: a message or an attachment that need not fit into memory.</summary>
public abstract class OctetSource
{
    /// <summary>Octets read at a time.</summary>
    const int Chunk = 32 * 1024;

    public static OctetSource Of(ReadOnlyMemory<byte> octets) => new Held(octets);

    /// <param name="open">Gives a new stream at its start each time; whoever reads closes it.</param>
    public static OctetSource Of(Func<CancellationToken, ValueTask<Stream>> open) => new Opened(open);

    /// <summary>All octets, from the first one. A piece is valid until the next one is asked for.</summary>
    public abstract IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(CancellationToken cancel);

    sealed class Held(ReadOnlyMemory<byte> octets) : OctetSource
    {
#pragma warning disable CS1998 // There is nothing to wait for.
        public override async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
            [EnumeratorCancellation] CancellationToken cancel
        )
        {
            if (!octets.IsEmpty)
                yield return octets;
        }
#pragma warning restore CS1998
    }

    sealed class Opened(Func<CancellationToken, ValueTask<Stream>> open) : OctetSource
    {
        public override async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
            [EnumeratorCancellation] CancellationToken cancel
        )
        {
            var buffer = ArrayPool<byte>.Shared.Rent(Chunk);
            try
            {
                await using var stream = await open(cancel);
                while (await stream.ReadAsync(buffer.AsMemory(0, Chunk), cancel) is > 0 and var count)
                    yield return buffer.AsMemory(0, count);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }
}
