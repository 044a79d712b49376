using Cloud.Store.Ports;

namespace Cloud.Tests.Fakes;

/// <summary>Blobs that fail by plan: <c>create</c>, <c>write</c>, <c>complete</c>, <c>open</c>, <c>copy</c>, <c>delete</c>.</summary>
public sealed class FaultyBlobs(IBlobs inner, IFaults faults) : IBlobs
{
    public ValueTask<BlobWriter> CreateAsync(string name, CancellationToken cancel) =>
        faults.RunAsync<BlobWriter>("create", async () => new Writer(await inner.CreateAsync(name, cancel), faults));

    public ValueTask<Stream?> OpenAsync(string name, long offset, long? length, CancellationToken cancel) =>
        faults.RunAsync("open", () => inner.OpenAsync(name, offset, length, cancel));

    public ValueTask<bool> CopyAsync(string source, string target, CancellationToken cancel) =>
        faults.RunAsync("copy", () => inner.CopyAsync(source, target, cancel));

    public ValueTask<bool> DeleteAsync(string name, CancellationToken cancel) =>
        faults.RunAsync("delete", () => inner.DeleteAsync(name, cancel));

    public IAsyncEnumerable<BlobInfo> ListAsync(string prefix, CancellationToken cancel) =>
        inner.ListAsync(prefix, cancel);

    sealed class Writer(BlobWriter inner, IFaults faults) : BlobWriter
    {
        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel) =>
            await faults.RunAsync(
                "write",
                async () =>
                {
                    await inner.WriteAsync(bytes, cancel);
                    return true;
                }
            );

        public override ValueTask<bool> CompleteAsync(CancellationToken cancel) =>
            faults.RunAsync("complete", () => inner.CompleteAsync(cancel));

        public override ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
