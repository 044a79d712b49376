using System.Collections.Concurrent;
using System.Security.Cryptography;
using Cloud.Flow.Inbound;
using Cloud.Mail;
using Cloud.Store;
using Cloud.Store.Messages;
using Cloud.Store.Ports;

namespace Cloud.Api.Gateway;

/// <summary>The uploads under way, so that one which an account has taken over is not removed as abandoned.</summary>
/// <remarks>Who holds the blobs uploads: the gateway in process, or a listener that claims by name.</remarks>
public sealed class Uploads(IBlobs blobs, TimeProvider time)
{
    readonly ConcurrentDictionary<string, LocalUpload> open = new(StringComparer.Ordinal);

    public async ValueTask<MessageUpload> BeginAsync(TransactionId transaction, CancellationToken cancel)
    {
        var name = BlobNames.Of(transaction);
        var upload = new LocalUpload(this, blobs, transaction, await blobs.CreateAsync(name, cancel));
        open[name] = upload;
        return upload;
    }

    /// <summary>An account owns the blob, or may own it: it stays.</summary>
    /// <returns>Whether it had been taken before: the transaction is a repetition.</returns>
    public bool Take(string blob) => open.TryGetValue(blob, out var upload) && upload.Take();

    /// <returns>Whether an account owns the blob, as far as is known here.</returns>
    public bool IsTaken(string blob) => open.TryGetValue(blob, out var upload) && upload.IsTaken;

    /// <summary>Removes a blob that no account wanted, if it was uploaded here.</summary>
    /// <remarks>
    /// Another process's is that process's to remove: until it has heard the refusal it may ask again, and a blob that
    /// is gone by then would look like mail that was filed and deleted.
    /// </remarks>
    public async ValueTask RefuseAsync(string blob)
    {
        if (open.TryGetValue(blob, out var upload) && !upload.IsTaken)
            await BlobWaste.RemoveAsync(blobs, blob);
    }

    /// <summary>The sweep takes a blob of old for lost when nothing names it, as nothing would name this one yet.</summary>
    bool IsLate(TransactionId transaction) => time.GetUtcNow() - transaction.At > BlobNames.UploadAge;

    sealed class LocalUpload(Uploads uploads, IBlobs blobs, TransactionId transaction, BlobWriter writer)
        : MessageUpload
    {
        readonly string name = BlobNames.Of(transaction);
        readonly MessageScanner scanner = new();
        readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long size;
        bool completed;
        int taken;

        public override long Size => size;

        public bool IsTaken => Volatile.Read(ref taken) != 0;

        public bool Take() => Interlocked.Exchange(ref taken, 1) != 0;

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
        {
            hash.AppendData(bytes.Span);
            scanner.Write(bytes.Span);
            size += bytes.Length;
            await writer.WriteAsync(bytes, cancel);
        }

        public override async ValueTask<UploadedMessage> CompleteAsync(CancellationToken cancel)
        {
            if (uploads.IsLate(transaction))
                throw new StoreException("The upload took too long");
            if (!await writer.CompleteAsync(cancel))
                throw new StoreException("This transaction has been uploaded before");
            completed = true;
            return new(name, size, hash.GetHashAndReset(), scanner.Complete().Pack());
        }

        public override async ValueTask<Stream> OpenAsync(CancellationToken cancel) =>
            await blobs.OpenAsync(name, 0, null, cancel) ?? throw new StoreException("The upload is gone");

        public override async ValueTask AbandonAsync(CancellationToken cancel)
        {
            if (completed && !IsTaken)
                await blobs.DeleteAsync(name, cancel);
        }

        public override async ValueTask DisposeAsync()
        {
            uploads.open.TryRemove(name, out _);
            hash.Dispose();
            await writer.DisposeAsync();
        }
    }
}
