using System.Buffers;
using Cloud.Flow.Outbound.Forwarding;
using Cloud.Store.Messages;
using Cloud.Trust.Dkim;

namespace Cloud.Flow.Outbound.Relay;

/// <summary>A message as it goes out: signatures, the fields in front, the blob.</summary>
/// <remarks>
/// Signed when it is sent, not when it is taken: a message may wait for weeks, and keys change. The body's hash was made
/// while the message came in, so that only the header is read for it, of a stream that then goes out: the blob is opened
/// once.
/// </remarks>
sealed class SignedContent : IAsyncDisposable
{
    /// <summary>Octets read at a time while the header's end is looked for.</summary>
    const int Block = 8192;

    readonly RelayJob job;
    readonly byte[] signatures;
    ArrayBufferWriter<byte>? start;
    Stream? rest;

    SignedContent(RelayJob job, byte[] signatures) => (this.job, this.signatures) = (job, signatures);

    public long Size => signatures.Length + job.Message.Fields.Length + job.Message.Size;

    /// <exception cref="Cloud.Store.Ports.StoreException">The blob or the keys cannot be read.</exception>
    public static async ValueTask<SignedContent> OfAsync(
        RelayJob job,
        SigningKeys keys,
        TimeProvider time,
        CancellationToken cancel
    )
    {
        if (job.Message.SealingDomain is { } sealer)
            return new(job, await Sealing.OfAsync(job, sealer, keys, time, cancel));
        if (job.Message.SigningDomain is not { } domain)
            return new(job, []);
        var signing = await keys.OfAsync(domain, cancel);
        return signing.Count == 0 ? new(job, []) : await SignAsync(job, domain, signing, time, cancel);
    }

    static async ValueTask<SignedContent> SignAsync(
        RelayJob job,
        string domain,
        IReadOnlyList<DkimKey> keys,
        TimeProvider time,
        CancellationToken cancel
    )
    {
        using var signing = new DkimSigning(domain, keys, time, null) { KnownBodyHash = job.Message.BodyHash };
        signing.Write(job.Message.Fields.Span);
        var start = new ArrayBufferWriter<byte>(Block);
        var blob = await job.OpenBlob(cancel);
        try
        {
            for (var read = -1; read != 0 && !signing.HasEnough; )
            {
                // Of a body that has to be hashed nothing is held: it is read again when it goes out.
                if (job.Message.BodyHash.IsEmpty)
                    start.ResetWrittenCount();
                read = await blob.ReadAsync(start.GetMemory(Block), cancel);
                signing.Write(start.GetMemory(Block).Span[..read]);
                start.Advance(read);
            }

            var content = new SignedContent(job, Complete(signing));
            if (signing.HasEnough)
                (content.start, content.rest, blob) = (start, blob, Stream.Null);
            return content;
        }
        finally
        {
            await blob.DisposeAsync();
        }
    }

    /// <summary>A header that nobody could verify goes out unsigned: it was taken, and is not lost for that.</summary>
    public static byte[] Complete(DkimSigning signing)
    {
        try
        {
            return signing.Complete();
        }
        catch (InvalidOperationException)
        {
            return [];
        }
    }

    public async ValueTask<Stream> OpenAsync(CancellationToken cancel)
    {
        if (rest is not null)
        {
            var first = new FieldsThenBlob(Front(start!.WrittenSpan), rest);
            (start, rest) = (null, null);
            return first;
        }

        return new FieldsThenBlob(Front([]), await job.OpenBlob(cancel));
    }

    public ValueTask DisposeAsync() => rest?.DisposeAsync() ?? ValueTask.CompletedTask;

    byte[] Front(ReadOnlySpan<byte> more) => [.. signatures, .. job.Message.Fields.Span, .. more];
}
