using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Cloud.Store.Ports;

namespace Cloud.Tests.Fakes;

/// <summary>Blobs in memory, for tests.</summary>
public sealed class MemoryBlobs : IBlobs
{
    readonly ConcurrentDictionary<string, byte[]> blobs = new(StringComparer.Ordinal);

    public int Count => blobs.Count;

    public ValueTask<BlobWriter> CreateAsync(string name, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        return ValueTask.FromResult<BlobWriter>(new Writer(this, name));
    }

    public ValueTask<Stream?> OpenAsync(string name, long offset, long? length, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        if (!blobs.TryGetValue(name, out var bytes))
            return ValueTask.FromResult<Stream?>(null);
        var start = (int)Math.Min(offset, bytes.Length);
        var count = (int)Math.Min(length ?? bytes.Length, bytes.Length - start);
        return ValueTask.FromResult<Stream?>(new MemoryStream(bytes, start, count, writable: false));
    }

    public ValueTask<bool> CopyAsync(string source, string target, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        return ValueTask.FromResult(blobs.TryGetValue(source, out var bytes) && blobs.TryAdd(target, bytes));
    }

    public ValueTask<bool> DeleteAsync(string name, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        return ValueTask.FromResult(blobs.TryRemove(name, out _));
    }

    public async IAsyncEnumerable<BlobInfo> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancel)
    {
        await Task.CompletedTask;
        foreach (var (name, bytes) in blobs.OrderBy(blob => blob.Key, StringComparer.Ordinal))
        {
            cancel.ThrowIfCancellationRequested();
            if (name.StartsWith(prefix, StringComparison.Ordinal))
                yield return new(name, bytes.Length);
        }
    }

    sealed class Writer(MemoryBlobs store, string name) : BlobWriter
    {
        readonly MemoryStream content = new();

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
        {
            cancel.ThrowIfCancellationRequested();
            content.Write(bytes.Span);
            return ValueTask.CompletedTask;
        }

        public override ValueTask<bool> CompleteAsync(CancellationToken cancel)
        {
            cancel.ThrowIfCancellationRequested();
            return ValueTask.FromResult(store.blobs.TryAdd(name, content.ToArray()));
        }

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
