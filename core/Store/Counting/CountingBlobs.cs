using System.Runtime.CompilerServices;
using Cloud.Store.Ports;

namespace Cloud.Store.Counting;

/// <summary>Counts what goes through the port: operations are the price of a message.</summary>
/// <param name="requestsToWrite">Requests that a blob of so many octets takes; one each when it is null.</param>
public sealed class CountingBlobs(IBlobs inner, Func<long, int>? requestsToWrite = null) : IBlobs
{
    /// <summary>Blobs that one request lists, as Azure does.</summary>
    const int ListPage = 5000;

    int writes;
    int writeRequests;
    long octetsWritten;
    int reads;
    int copies;
    int deletes;
    int lists;

    /// <summary>Blobs completed.</summary>
    public int Writes => writes;

    /// <summary>What their writing took.</summary>
    public int WriteRequests => writeRequests;

    /// <summary>Content of blobs completed; copies are not in it.</summary>
    public long OctetsWritten => octetsWritten;

    /// <summary>Blobs opened, whole or in part.</summary>
    public int Reads => reads;

    public int Copies => copies;

    public int Deletes => deletes;

    /// <summary>Requests to list.</summary>
    public int Lists => lists;

    /// <summary>Requests of every kind.</summary>
    public int Operations => writeRequests + reads + copies + deletes + lists;

    public void Reset()
    {
        writes = writeRequests = reads = copies = deletes = lists = 0;
        octetsWritten = 0;
    }

    public async ValueTask<BlobWriter> CreateAsync(string name, CancellationToken cancel) =>
        new Writer(this, await inner.CreateAsync(name, cancel));

    public ValueTask<Stream?> OpenAsync(string name, long offset, long? length, CancellationToken cancel)
    {
        Interlocked.Increment(ref reads);
        return inner.OpenAsync(name, offset, length, cancel);
    }

    public ValueTask<bool> CopyAsync(string source, string target, CancellationToken cancel)
    {
        Interlocked.Increment(ref copies);
        return inner.CopyAsync(source, target, cancel);
    }

    public ValueTask<bool> DeleteAsync(string name, CancellationToken cancel)
    {
        Interlocked.Increment(ref deletes);
        return inner.DeleteAsync(name, cancel);
    }

    public async IAsyncEnumerable<BlobInfo> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancel)
    {
        var listed = 0L;
        Interlocked.Increment(ref lists);
        await foreach (var blob in inner.ListAsync(prefix, cancel))
        {
            if (listed > 0 && listed % ListPage == 0)
                Interlocked.Increment(ref lists);
            listed++;
            yield return blob;
        }
    }

    int RequestsToWrite(long octets) => requestsToWrite?.Invoke(octets) ?? 1;

    sealed class Writer(CountingBlobs counted, BlobWriter writer) : BlobWriter
    {
        long octets;

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
        {
            octets += bytes.Length;
            return writer.WriteAsync(bytes, cancel);
        }

        public override ValueTask<bool> CompleteAsync(CancellationToken cancel)
        {
            Interlocked.Increment(ref counted.writes);
            Interlocked.Add(ref counted.writeRequests, counted.RequestsToWrite(octets));
            Interlocked.Add(ref counted.octetsWritten, octets);
            return writer.CompleteAsync(cancel);
        }

        public override ValueTask DisposeAsync() => writer.DisposeAsync();
    }
}
