using Cloud.Api.Gateway;
using Cloud.Flow.Door;
using Cloud.Flow.Inbound;
using Cloud.Flow.Submission;
using Cloud.Mail;
using Cloud.Store;
using Cloud.Store.Ports;
using Microsoft.Extensions.Logging;

namespace Cloud.Listener.Smtp;

/// <summary>A message on its way from the peer to the store.</summary>
/// <remarks>
/// Once something stands in its way the rest is read and thrown away, since a peer hears of it only at the end
/// (RFC 5321 §4.1.1.4, RFC 3030 §2). Disposed before <see cref="CompleteAsync"/>, it leaves nothing behind.
/// </remarks>
sealed class MessageIntake(
    TransactionId id,
    MessageUpload upload,
    MessageCheck? check,
    MessagePreparation? preparation,
    SmtpOptions options,
    ILogger logger
) : IAsyncDisposable
{
    bool disposed;

    public TransactionId Id => id;

    /// <summary>Of the message in chunks so far.</summary>
    public NewlineCheck Newlines { get; } = new();

    /// <summary>Octets the peer has sent of the message.</summary>
    public long Received { get; private set; }

    /// <summary>What the peer will hear; null while nothing stands in the way.</summary>
    public Reply? Failure { get; private set; }

    /// <summary>Puts our own fields before the message.</summary>
    public ValueTask WriteTraceAsync(byte[] header, CancellationToken cancel) => KeepAsync(header, cancel);

    /// <exception cref="ProtocolException">The peer sends far more than it may: it is cut off.</exception>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> octets, CancellationToken cancel)
    {
        Received += octets.Length;
        if (Received > options.MaxMessageSize)
            return RefuseAsync(Replies.TooLarge);
        if (Failure is not null)
            return ValueTask.CompletedTask;
        if (preparation is not null)
            return PrepareAsync(preparation.Write(octets), cancel);
        return check is null ? KeepAsync(octets, cancel) : KeepAsync(check.Write(octets), cancel);
    }

    /// <summary>Keeps what is made of a submitted message, unless that cannot be sent at all.</summary>
    ValueTask PrepareAsync(IReadOnlyList<ReadOnlyMemory<byte>> pieces, CancellationToken cancel) =>
        preparation!.Fault is { } fault ? RefuseAsync(Replies.Unfit(fault)) : KeepAsync(pieces, cancel);

    async ValueTask KeepAsync(IReadOnlyList<ReadOnlyMemory<byte>> pieces, CancellationToken cancel)
    {
        for (var i = 0; i < pieces.Count && Failure is null; i++)
            await KeepAsync(pieces[i], cancel);
    }

    /// <summary>Ends the message, and says who sent it.</summary>
    /// <returns>A refusal; null where nothing stands in the way so far.</returns>
    public async ValueTask<Evidence?> AuthenticateAsync(CancellationToken cancel)
    {
        if (check is null || Failure is not null)
            return null;
        if (check.EndWrite() is { IsEmpty: false } rest)
            await KeepAsync(rest, cancel);
        return await check.AuthenticateAsync();
    }

    /// <summary>Judges a completed message.</summary>
    /// <returns>Null for one that nobody judges.</returns>
    public async ValueTask<Evidence?> JudgeAsync(
        MailEnvelope envelope,
        UploadedMessage message,
        CancellationToken cancel
    )
    {
        if (check is null)
            return null;
        List<EmailAddress> recipients = [.. envelope.Recipients.Select(recipient => recipient.Address)];
        return await check.JudgeAsync($"{id}", recipients, message, upload.OpenAsync, cancel);
    }

    /// <summary>Keeps nothing of the message; the first reason given is the one told.</summary>
    public ValueTask RefuseAsync(Reply reply)
    {
        if (Received - options.MaxMessageSize > options.MaxDiscard)
            throw new ProtocolException(Replies.TooLarge with { Closes = true });
        if (Failure is not null)
            return ValueTask.CompletedTask;
        Failure = reply;
        return DisposeAsync();
    }

    /// <summary>What a submitted message says of itself, once it is complete.</summary>
    public SubmittedContent Content => preparation!.Content;

    /// <summary>Makes the message's octets durable.</summary>
    /// <returns>Null when <see cref="Failure"/> says why not.</returns>
    public async ValueTask<UploadedMessage?> CompleteAsync(CancellationToken cancel)
    {
        if (preparation is not null && Failure is null)
            await PrepareAsync(preparation.Complete(), cancel);
        if (Failure is not null)
            return null;
        try
        {
            return await upload.CompleteAsync(cancel);
        }
        catch (StoreException e)
        {
            await FailAsync(e);
            return null;
        }
    }

    /// <summary>Removes a completed message that nobody has taken over; should that fail, it stays as waste.</summary>
    public async ValueTask AbandonAsync(CancellationToken cancel)
    {
        try
        {
            await upload.AbandonAsync(cancel);
        }
        catch (StoreException e)
        {
            SmtpLog.StoreFailed(logger, e, id);
        }
    }

    public ValueTask DisposeAsync()
    {
        if (disposed)
            return ValueTask.CompletedTask;
        disposed = true;
        preparation?.Dispose();
        return upload.DisposeAsync();
    }

    async ValueTask KeepAsync(ReadOnlyMemory<byte> octets, CancellationToken cancel)
    {
        try
        {
            check?.Kept(octets.Span);
            await upload.WriteAsync(octets, cancel);
        }
        catch (StoreException e)
        {
            await FailAsync(e);
        }
    }

    ValueTask FailAsync(StoreException e)
    {
        SmtpLog.StoreFailed(logger, e, id);
        return RefuseAsync(e is StoreFullException ? Replies.StoreFull : Replies.TryLater);
    }
}
