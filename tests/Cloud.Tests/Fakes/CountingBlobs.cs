using Cloud.Store.Ports;

namespace Cloud.Tests.Fakes;

/// <summary>Counts what goes through the port.</summary>
public sealed class CountingBlobs(IBlobs inner) : IBlobs
{
    int writes;
    int others;

    public int Writes => writes;

    /// <summary>Reads, copies, deletions and lists.</summary>
    public int Others => others;

    public void Reset() => writes = others = 0;

    public ValueTask<BlobWriter> CreateAsync(string name, CancellationToken cancel)
    {
        Interlocked.Increment(ref writes);
        return inner.CreateAsync(name, cancel);
    }

    public ValueTask<Stream?> OpenAsync(string name, long offset, long? length, CancellationToken cancel)
    {
        Interlocked.Increment(ref others);
        return inner.OpenAsync(name, offset, length, cancel);
    }

    public ValueTask<bool> CopyAsync(string source, string target, CancellationToken cancel)
    {
        Interlocked.Increment(ref others);
        return inner.CopyAsync(source, target, cancel);
    }

    public ValueTask<bool> DeleteAsync(string name, CancellationToken cancel)
    {
        Interlocked.Increment(ref others);
        return inner.DeleteAsync(name, cancel);
    }

    public IAsyncEnumerable<BlobInfo> ListAsync(string prefix, CancellationToken cancel)
    {
        Interlocked.Increment(ref others);
        return inner.ListAsync(prefix, cancel);
    }
}
