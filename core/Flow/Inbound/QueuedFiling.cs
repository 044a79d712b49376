using Cloud.Flow.Outbound;
using Cloud.Flow.Outbound.Reports;
using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Messages;
using Cloud.Store.Ports;

namespace Cloud.Flow.Inbound;

/// <summary>One try to file a message of a queue.</summary>
sealed class QueuedFiling(AccountStore accounts, Addressing addressing, Filing filing, ReceivedReports reports)
{
    public async ValueTask<FilingTry> TryAsync(InboundMail queued, CancellationToken cancel)
    {
        // What an account was found for stays with it, whatever becomes of the address.
        var mail = queued with
        {
            Tries = queued.Tries + 1,
        };
        try
        {
            mail = await AddressAsync(mail, cancel);
            var complete = await WithIndexAsync(mail, cancel);
            var result = await filing.FileAsync(complete, repeated: true, copied: queued.Recipients is null, cancel);
            // In several messages the first account could delete the source before another has its copy.
            if (result.LacksCopies && mail.Parts().Count > 1)
                return new(queued with { Tries = mail.Tries }) { Fault = result.Fault };
            // The upload itself another try may have given to somebody else; where nobody has it, the sweep finds it.
            foreach (var delivery in result.Missing.Where(delivery => delivery.Blob != mail.Source))
                await BlobWaste.RemoveAsync(accounts.Blobs, delivery.Blob);
            if (queued.Recipients is { } recipients && complete.FiledOf(result) is { } filed)
                await reports.NoteAsync(
                    TransactionId.TryParse(mail.Transaction) ?? default,
                    recipients.Select(one => one.Address),
                    filed.Blob,
                    complete.Index,
                    mail.Evidence,
                    isOurs: false
                );
            // Bytes that are gone may be restored: what names them stays.
            Delivery[] rest = [.. result.Pending, .. result.Lost];
            return new(rest.Length > 0 ? mail with { Deliveries = rest } : null)
            {
                Fault = result.Fault,
                IsLost = !result.Lost.IsEmpty,
                // What a user had and has deleted was not for nobody.
                IsForNobody = result.Missing.Count == mail.Deliveries.Count,
            };
        }
        catch (StoreException e)
        {
            return new(mail) { Fault = e }; // the recipients cannot be looked up, or the blob not be read
        }
    }

    /// <summary>Looks up the recipients of a message that was put on the queue without.</summary>
    /// <exception cref="StoreException">The directory cannot be read now.</exception>
    async ValueTask<InboundMail> AddressAsync(InboundMail mail, CancellationToken cancel)
    {
        if (mail.Recipients is not { } recipients)
            return mail;
        var incoming = new Incoming(
            TransactionId.TryParse(mail.Transaction) ?? default,
            mail.Source,
            recipients,
            mail.Origin ?? Origin.Nobody,
            mail.Evidence
        )
        {
            IsRepeated = true,
            IsPromised = true,
        };
        var addressed = await Quarantine.AddressAsync(addressing, incoming, cancel);
        return mail with { Deliveries = addressed.Deliveries, Recipients = null, Evidence = addressed.Evidence };
    }

    /// <summary>A long index did not travel along: it is made anew.</summary>
    /// <exception cref="StoreException">The store cannot give the blob now.</exception>
    async ValueTask<InboundMail> WithIndexAsync(InboundMail mail, CancellationToken cancel)
    {
        if (mail.Index.Length > 0)
            return mail;
        var index = await Indexing.OfBlobAsync(accounts.Blobs, mail.Source, cancel);
        index ??= await FirstAsync(mail, cancel);
        return mail with { Index = index ?? [] };
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

/// <summary>What a try came to.</summary>
/// <param name="Rest">What is left to be done, one try older; null when that is nothing.</param>
readonly record struct FilingTry(InboundMail? Rest)
{
    /// <summary>Why there is a rest.</summary>
    public StoreException? Fault { get; init; }

    /// <summary>See <see cref="InboundResult.IsLost"/>.</summary>
    public bool IsLost { get; init; }

    /// <summary>Nothing but bytes is missing, and no time brings those back.</summary>
    public bool IsHopeless => IsLost && Fault is null;

    /// <summary>No account is left of those that it still was for.</summary>
    public bool IsForNobody { get; init; }

    public InboundResult Ended(InboundOutcome outcome, InboundMail mail) =>
        new(IsForNobody ? InboundOutcome.NobodyLeft : outcome, mail.Transaction) { IsLost = IsLost };
}
