using System.Buffers;
using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;

namespace Cloud.Listener.Hosting;

/// <summary>The memory that sockets are read into and written from, in blocks larger than Kestrel's 4 KiB.</summary>
/// <remarks>A message then comes in a quarter of the reads. An idle connection holds none.</remarks>
sealed class ReadBlocks : MemoryPool<byte>, IMemoryPoolFactory<byte>
{
    /// <summary>Octets of a block: what a fast peer has sent by the time its first packet is looked at.</summary>
    const int BlockBytes = 16 * 1024;

    /// <summary>Blocks kept for the next one to use: 16 MiB, some hundred busy connections.</summary>
    const int Kept = 1024;

    readonly ConcurrentQueue<Block> free = new();
    int count;

    public override int MaxBufferSize => BlockBytes;

    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => this;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockBytes);
        if (!free.TryDequeue(out var block))
            return new Block(this);
        Interlocked.Decrement(ref count);
        return block;
    }

    /// <summary>Does nothing: the transport that disposes of it is not the only one to use it.</summary>
    protected override void Dispose(bool disposing) { }

    void Return(Block block)
    {
        if (Interlocked.Increment(ref count) <= Kept)
            free.Enqueue(block);
        else
            Interlocked.Decrement(ref count);
    }

    sealed class Block(ReadBlocks pool) : IMemoryOwner<byte>
    {
        // Pinned, so that the kernel's copies need no handle each.
        public Memory<byte> Memory { get; } = GC.AllocateUninitializedArray<byte>(BlockBytes, pinned: true);

        public void Dispose() => pool.Return(this);
    }
}
