using Cloud.Flow.Inbound;
using Cloud.Flow.Outbound;
using Cloud.Flow.Trace;
using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Messages;
using Cloud.Store.Ports;

namespace Cloud.Flow.Submission;

/// <summary>The sender's own copy in Sent, for accounts that leave it to the server.</summary>
sealed class SentCopy(AccountStore accounts, Filing filing)
{
    /// <returns>Whether the account leaves it to the server, and whether it wants reverse paths for each recipient.</returns>
    public async ValueTask<(bool IsWanted, bool UsesVerp)> SettingsAsync(AccountId account, CancellationToken cancel) =>
        await accounts.PeekAsync(account, cancel) is { Account: var row } ? (row.SavesSent, row.UsesVerp) : default;

    /// <summary>Makes the copy's bytes, while those of the message are still there.</summary>
    public async ValueTask<InboundMail> PrepareAsync(SubmitRequest request, CancellationToken cancel)
    {
        var message = request.Message;
        // Another one than the message's, which its sender may get as a recipient.
        var transaction = DerivedId.Of(request.Transaction, request.Transaction.At, "sent copy");
        var blob = BlobNames.Of(transaction, request.Sender);
        await accounts.Blobs.CopyAsync(message.Blob, blob, cancel); // not when an earlier try has made it
        return new(
            transaction.ToString(),
            accounts.Time.GetUtcNow().ToUnixTimeSeconds(),
            blob,
            message.Size,
            message.Sha256.ToArray(),
            message.Index.ToArray(),
            [new(request.Sender.Value, blob)],
            Fields: request.Content.BlindFields.ToArray(),
            IsSentCopy: true,
            Session: new("copy", Of: $"{request.Transaction}")
        );
    }

    /// <summary>The message was not sent.</summary>
    public ValueTask RemoveAsync(InboundMail copy) => BlobWaste.RemoveAsync(accounts.Blobs, copy.Source);

    /// <summary>Puts the copy into Sent, or on the queue when that fails. The message goes its way whatever comes of it.</summary>
    public async ValueTask KeepAsync(InboundMail copy, bool repeated)
    {
        var result = await filing.FileAsync(copy, repeated, copied: true, CancellationToken.None);
        if (!result.Pending.Any())
            return;
        try
        {
            await filing.QueueAsync(Filing.Queue, copy, TimeSpan.Zero, CancellationToken.None);
        }
        catch (StoreException)
        {
            await RemoveAsync(copy); // neither store nor queue: the sender has heard 250, and misses a copy
        }
    }
}
