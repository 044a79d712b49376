using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Directory;
using Cloud.Store.Messages;
using Cloud.Store.Ports;

namespace Cloud.Flow.Inbound;

/// <summary>One try to file a message of a queue.</summary>
sealed class QueuedFiling(AccountStore accounts, MailDirectory directory, Filing filing)
{
    /// <returns>What is left to be done, one try older; null when that is nothing.</returns>
    public async ValueTask<InboundMail?> TryAsync(InboundMail queued, CancellationToken cancel)
    {
        var again = queued with { Tries = queued.Tries + 1 };
        if (await AddressAsync(again, cancel) is not { } mail)
            return again;
        // What an account was found for stays with it, whatever becomes of the address.
        if (await WithIndexAsync(mail, cancel) is not { } complete)
            return mail;
        var result = await filing.FileAsync(complete, repeated: true, cancel);
        // In several messages the first account could delete the source before another has its copy.
        if (result.LacksCopies && mail.Deliveries.Count > InboundMail.QueuedDeliveries)
            return again;
        foreach (var delivery in result.Missing)
            await BlobWaste.RemoveAsync(accounts.Blobs, delivery.Blob);
        return result.Pending.Any() ? mail with { Deliveries = [.. result.Pending] } : null;
    }

    /// <summary>Looks up the recipients of a message that was put on the queue without.</summary>
    /// <returns>Null when the directory cannot be read now.</returns>
    async ValueTask<InboundMail?> AddressAsync(InboundMail mail, CancellationToken cancel)
    {
        if (mail.Recipients is not { } recipients)
            return mail;
        try
        {
            var deliveries = await Addressing.DeliveriesAsync(
                directory,
                TransactionId.TryParse(mail.Transaction) ?? default,
                mail.Source,
                recipients,
                repeated: true,
                cancel
            );
            return mail with { Deliveries = deliveries, Recipients = null };
        }
        catch (StoreException)
        {
            return null;
        }
    }

    /// <summary>A long index did not travel along: it is made anew.</summary>
    /// <returns>Null when the store cannot give the blob now.</returns>
    async ValueTask<InboundMail?> WithIndexAsync(InboundMail mail, CancellationToken cancel)
    {
        if (mail.Index.Length > 0)
            return mail;
        try
        {
            var index = await Indexing.OfBlobAsync(accounts.Blobs, mail.Source, cancel);
            index ??= await FirstAsync(mail, cancel);
            return mail with { Index = index ?? [] };
        }
        catch (StoreException)
        {
            return null;
        }
    }

    async ValueTask<byte[]?> FirstAsync(InboundMail mail, CancellationToken cancel)
    {
        foreach (var delivery in mail.Deliveries)
        {
            if (await Indexing.OfBlobAsync(accounts.Blobs, delivery.Blob, cancel) is { } index)
                return index;
        }
        return null;
    }
}
