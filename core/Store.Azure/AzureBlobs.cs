using System.Runtime.CompilerServices;
using Azure;
using Azure.Core;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Cloud.Store.Ports;
using BlobInfo = Cloud.Store.Ports.BlobInfo;

namespace Cloud.Store.Azure;

/// <summary>The port's blobs as block blobs of one container.</summary>
/// <remarks>
/// Each new blob carries its writer's random mark as metadata. A creation whose answer was lost is sent again and then
/// finds the name taken, perhaps by itself: the mark tells.
/// </remarks>
sealed class AzureBlobs(BlobContainerClient container, Entropy entropy) : IBlobs
{
    /// <summary>Metadata that names the writer.</summary>
    const string Mark = "writer";

    /// <summary>Reads, blocks (the same bytes under the same id) and what the mark or the container answers for.</summary>
    public static bool MayRepeat(Request request) => request.Method != RequestMethod.Delete;

    public ValueTask<BlobWriter> CreateAsync(string name, CancellationToken cancel)
    {
        StoreNames.CheckBlob(name);
        return new(new AzureBlobWriter(this, name, entropy.Bytes(12)));
    }

    public async ValueTask<Stream?> OpenAsync(string name, long offset, long? length, CancellationToken cancel)
    {
        var blob = Blob(name);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length ?? 0);
        try
        {
            if (length == 0)
                return await ExistsAsync(blob, cancel) ? new MemoryStream([], false) : null;

            // Without a range when it is the whole: an empty blob has no range that could be asked for.
            var end = length > long.MaxValue - offset ? null : length;
            var range = offset == 0 && end is null ? default : new HttpRange(offset, end);
            var options = new BlobDownloadOptions { Range = range };
            var answer = await blob.DownloadStreamingAsync(options, cancel);
            return new AzureBlobStream(answer.Value.Content);
        }
        catch (RequestFailedException e) when (IsMissing(e))
        {
            return null;
        }
        catch (RequestFailedException e) when (e.Status == 416)
        {
            return new MemoryStream([], false); // The range starts at the blob's end or beyond.
        }
        catch (Exception e) when (StorageFault.IsFault(e, cancel))
        {
            throw StorageFault.From("Reading a blob", e);
        }
    }

    public async ValueTask<bool> CopyAsync(string source, string target, CancellationToken cancel)
    {
        var from = Blob(source);
        var mark = Convert.ToHexString(entropy.Bytes(12));
        var options = new BlobCopyFromUriOptions
        {
            Metadata = Metadata(mark),
            DestinationConditions = new() { IfNoneMatch = ETag.All },
        };
        try
        {
            return await CreateAsync(target, mark, blob => CopyAsync(from, blob, options, cancel), cancel)
                ?? throw new StoreException("Copying a blob: the target's name is neither free nor taken");
        }
        catch (RequestFailedException e) when (IsMissing(e))
        {
            return false;
        }
        catch (Exception e) when (StorageFault.IsFault(e, cancel))
        {
            throw StorageFault.From("Copying a blob", e);
        }
    }

    /// <remarks>Within an account a copy is done when it is answered; the service only promises that it has begun.</remarks>
    static async Task CopyAsync(
        BlockBlobClient from,
        BlockBlobClient to,
        BlobCopyFromUriOptions options,
        CancellationToken cancel
    )
    {
        var copy = await to.StartCopyFromUriAsync(from.Uri, options, cancel);
        if (!copy.HasCompleted)
            await copy.WaitForCompletionAsync(cancel);
    }

    public async ValueTask<bool> DeleteAsync(string name, CancellationToken cancel)
    {
        var blob = Blob(name);
        try
        {
            await blob.DeleteAsync(DeleteSnapshotsOption.IncludeSnapshots, cancellationToken: cancel);
            return true;
        }
        catch (RequestFailedException e) when (IsMissing(e))
        {
            return false;
        }
        catch (Exception e) when (StorageFault.IsFault(e, cancel))
        {
            throw StorageFault.From("Deleting a blob", e);
        }
    }

    public async IAsyncEnumerable<BlobInfo> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancel)
    {
        await using var pages = container
            .GetBlobsAsync(prefix: prefix, cancellationToken: cancel)
            .AsPages()
            .GetAsyncEnumerator(cancel);
        while (await NextAsync(pages, cancel))
        {
            foreach (var blob in pages.Current.Values)
                yield return new(blob.Name, blob.Properties.ContentLength ?? 0);
        }
    }

    static async ValueTask<bool> NextAsync(IAsyncEnumerator<Page<BlobItem>> pages, CancellationToken cancel)
    {
        try
        {
            return await pages.MoveNextAsync();
        }
        catch (RequestFailedException e) when (IsMissing(e))
        {
            return false;
        }
        catch (Exception e) when (StorageFault.IsFault(e, cancel))
        {
            throw StorageFault.From("Listing blobs", e);
        }
    }

    /// <summary>Runs what makes a blob (or a block of one), after making the container if that is missing.</summary>
    public async Task WithContainerAsync(string name, Func<BlockBlobClient, Task> work, CancellationToken cancel)
    {
        var blob = Blob(name);
        try
        {
            await work(blob);
        }
        catch (RequestFailedException e) when (e.ErrorCode == "ContainerNotFound")
        {
            await container.CreateIfNotExistsAsync(cancellationToken: cancel);
            await work(blob);
        }
    }

    /// <summary>Makes a blob whose name must not be taken.</summary>
    /// <param name="work">Puts it, on the condition that there is none, with <see cref="Metadata"/> of the mark.</param>
    /// <returns>False when somebody else's is there; null when the name was held by what cannot be seen (any more).</returns>
    public async ValueTask<bool?> CreateAsync(
        string name,
        string mark,
        Func<BlockBlobClient, Task> work,
        CancellationToken cancel
    )
    {
        try
        {
            await WithContainerAsync(name, work, cancel);
            return true;
        }
        catch (RequestFailedException e) when (IsTaken(e))
        {
            return await IsMineAsync(Blob(name), mark, cancel);
        }
    }

    static async ValueTask<bool?> IsMineAsync(BlockBlobClient blob, string mark, CancellationToken cancel)
    {
        try
        {
            var found = await blob.GetPropertiesAsync(cancellationToken: cancel);
            return found.Value.Metadata.TryGetValue(Mark, out var writer) && writer == mark;
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
    }

    public static Dictionary<string, string> Metadata(string mark) => new() { [Mark] = mark };

    static async ValueTask<bool> ExistsAsync(BlockBlobClient blob, CancellationToken cancel) =>
        (await blob.ExistsAsync(cancel)).Value;

    /// <remarks>CannotVerifyCopySource is how a copy says that there is no source.</remarks>
    static bool IsMissing(RequestFailedException e) =>
        e.Status == 404 && e.ErrorCode is ("BlobNotFound" or "ContainerNotFound" or "CannotVerifyCopySource");

    /// <remarks>
    /// InvalidBlockList: another writer of the name has completed, which throws the blocks of all others away.
    /// </remarks>
    static bool IsTaken(RequestFailedException e) =>
        e.Status == 412 || e.ErrorCode is "BlobAlreadyExists" or "InvalidBlockList";

    BlockBlobClient Blob(string name) => container.GetBlockBlobClient(StoreNames.CheckBlob(name));
}
