using System.Buffers;
using System.Buffers.Binary;
using Azure;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Cloud.Store.Ports;

namespace Cloud.Store.Azure;

/// <summary>Gathers a blob in one buffer: put whole when it is small, in blocks when it is not.</summary>
/// <remarks>
/// Blocks that are never committed cannot be seen, and the service throws them away after a week; so an abandoned
/// writer has nothing to undo.
/// </remarks>
sealed class AzureBlobWriter(AzureBlobs blobs, string name, byte[] id) : BlobWriter
{
    /// <summary>
    /// Bytes of a block, and of the largest blob that is put whole. A write costs the same whatever it carries, so
    /// larger is cheaper; but the buffer is most of what a receiving session holds. At 256 KiB most mail is one write,
    /// 25 MB are 101, and 50,000 blocks (the service's limit) hold 12 GiB.
    /// </summary>
    const int BlockBytes = 256 * 1024;

    const int Blocks = 50_000;

    /// <summary>First size of the buffer in bytes, doubled as needed: most mail is small.</summary>
    const int FirstBytes = 16 * 1024;

    /// <summary>Requests that a blob takes: one, or each block and their list.</summary>
    public static int Requests(long octets) =>
        octets <= BlockBytes ? 1 : (int)((octets + BlockBytes - 1) / BlockBytes) + 1;

    readonly string mark = Convert.ToHexString(id);
    readonly List<string> staged = [];
    byte[] buffer = [];
    int held;
    bool closed;

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        ObjectDisposedException.ThrowIf(closed, this);
        while (bytes.Length > 0)
        {
            if (held == BlockBytes)
                await StageAsync(cancel);
            var taken = Math.Min(bytes.Length, BlockBytes - held);
            Reserve(held + taken);
            bytes.Span[..taken].CopyTo(buffer.AsSpan(held));
            held += taken;
            bytes = bytes[taken..];
        }
    }

    /// <remarks>
    /// A small blob whose name is refused although nothing is there is sent as a block instead: blocks that another
    /// writer has abandoned hold a name against Put Blob in the emulator, though not against Put Block List.
    /// </remarks>
    public override async ValueTask<bool> CompleteAsync(CancellationToken cancel)
    {
        ObjectDisposedException.ThrowIf(closed, this);
        if (staged.Count > 0 && held > 0)
            await StageAsync(cancel);
        var made = staged.Count > 0 ? null : await CreateAsync(PutAsync);
        if (made is null && held > 0)
            await StageAsync(cancel);
        made ??= await CreateAsync(CommitAsync);
        Close(reuse: true);
        return made ?? throw new StoreException("Completing a blob: its name is neither free nor taken");

        ValueTask<bool?> CreateAsync(Func<BlockBlobClient, Task> put) =>
            SendAsync("Completing a blob", () => blobs.CreateAsync(name, mark, put, cancel), cancel);

        Task PutAsync(BlockBlobClient blob) =>
            blob.UploadAsync(
                new MemoryStream(buffer, 0, held, false),
                new BlobUploadOptions
                {
                    Conditions = new() { IfNoneMatch = ETag.All },
                    Metadata = AzureBlobs.Metadata(mark),
                    TransferOptions = new() { InitialTransferSize = BlockBytes, MaximumTransferSize = BlockBytes },
                },
                cancel
            );

        Task CommitAsync(BlockBlobClient blob) =>
            blob.CommitBlockListAsync(
                staged,
                new CommitBlockListOptions
                {
                    Conditions = new() { IfNoneMatch = ETag.All },
                    Metadata = AzureBlobs.Metadata(mark),
                },
                cancel
            );
    }

    public override ValueTask DisposeAsync()
    {
        Close(reuse: true);
        return default;
    }

    async ValueTask StageAsync(CancellationToken cancel)
    {
        if (staged.Count == Blocks)
            throw new StoreException($"A blob has at most {Blocks} blocks of {BlockBytes} bytes");
        var block = BlockId(staged.Count);
        await SendAsync<bool>(
            "Sending a block",
            async () =>
            {
                await blobs.WithContainerAsync(name, StageAsync, cancel);
                return true;
            },
            cancel
        );
        staged.Add(block);
        held = 0;

        Task StageAsync(BlockBlobClient blob) =>
            blob.StageBlockAsync(block, new MemoryStream(buffer, 0, held, false), cancellationToken: cancel);
    }

    /// <remarks>
    /// After a failure the writer is of no more use, and its buffer may still be read by a request that has been given
    /// up: it is left to the collector instead of the pool.
    /// </remarks>
    async ValueTask<T> SendAsync<T>(string operation, Func<ValueTask<T>> send, CancellationToken cancel)
    {
        var sent = false;
        try
        {
            var result = await send();
            sent = true;
            return result;
        }
        catch (Exception e) when (StorageFault.IsFault(e, cancel))
        {
            throw StorageFault.From(operation, e);
        }
        finally
        {
            if (!sent)
                Close(reuse: false);
        }
    }

    /// <summary>Ids of one blob must be equally long; the writer's own in front keeps two writers of a name apart.</summary>
    string BlockId(int place)
    {
        Span<byte> block = stackalloc byte[id.Length + 4];
        id.CopyTo(block);
        BinaryPrimitives.WriteInt32BigEndian(block[id.Length..], place);
        return Convert.ToBase64String(block);
    }

    void Reserve(int size)
    {
        if (size <= buffer.Length)
            return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(size, Math.Clamp(2 * buffer.Length, FirstBytes, BlockBytes)));
        buffer.AsSpan(0, held).CopyTo(larger);
        Return();
        buffer = larger;
    }

    void Close(bool reuse)
    {
        if (reuse)
            Return();
        (closed, buffer, held) = (true, [], 0);
    }

    void Return()
    {
        if (buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(buffer);
    }
}
