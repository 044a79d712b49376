using Cloud.Store.Ports;

namespace Cloud.Store.Local.Blobs;

/// <summary>A record on its way into the log.</summary>
abstract class AppendWork
{
    /// <summary>The blob whose standing it changes; null of a chunk.</summary>
    public abstract string? Name { get; }

    public abstract ReadOnlyMemory<byte> Record { get; }

    /// <summary>Pieces of the blob it makes.</summary>
    public virtual IReadOnlyList<Chunk> Chunks => [];

    /// <param name="current">What the name stands for.</param>
    /// <returns>Whether it is to be written.</returns>
    public abstract bool Decide(BlobEntry? current);

    /// <summary>What the name stands for once the record lies there.</summary>
    public abstract BlobEntry EntryAt(Extent at);

    /// <summary>It is written, durably unless it is a chunk.</summary>
    /// <param name="at">Null when it was decided against.</param>
    public abstract void Succeed(Extent? at);

    public abstract void Fail(StoreException fault);
}

abstract class AppendWork<T> : AppendWork
{
    // Continuations must not run on the writing thread.
    protected readonly TaskCompletionSource<T> Done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Answer => Done.Task;

    public sealed override void Fail(StoreException fault) => Done.SetException(fault);
}

/// <summary>A whole small blob, or the commit of a large one.</summary>
/// <param name="replaces">The record it is a copy of, which must still be the name's; null when the name must be free.</param>
sealed class PutWork(
    string name,
    RecordKind kind,
    ReadOnlyMemory<byte> record,
    long length,
    IReadOnlyList<Chunk> chunks,
    Extent? replaces
) : AppendWork<bool>
{
    public override string Name => name;

    public override ReadOnlyMemory<byte> Record => record;

    public override IReadOnlyList<Chunk> Chunks => chunks;

    public override bool Decide(BlobEntry? current) => current?.At == replaces;

    public override BlobEntry EntryAt(Extent at) => new(kind, at, length);

    public override void Succeed(Extent? at) => Done.SetResult(at is not null);
}

/// <summary>A piece of a large blob; its segment is pinned before anybody could find it useless.</summary>
sealed class ChunkWork(ReadOnlyMemory<byte> record, PinnedSegments pinned) : AppendWork<Extent>
{
    public override string? Name => null;

    public override ReadOnlyMemory<byte> Record => record;

    public override bool Decide(BlobEntry? current) => true;

    public override BlobEntry EntryAt(Extent at) => default;

    public override void Succeed(Extent? at)
    {
        pinned.Add(at!.Value.Segment);
        Done.SetResult(at.Value);
    }
}

/// <param name="isCopy">Keeps a deletion known when its segment goes; otherwise there must be a blob to delete.</param>
sealed class DeleteWork(string name, byte[] record, bool isCopy) : AppendWork<bool>
{
    public override string Name => name;

    public override ReadOnlyMemory<byte> Record => record;

    public override bool Decide(BlobEntry? current) => current is null == isCopy;

    public override BlobEntry EntryAt(Extent at) => new(RecordKind.Tombstone, at, 0);

    public override void Succeed(Extent? at) => Done.SetResult(at is not null);
}
