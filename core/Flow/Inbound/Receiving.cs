using Cloud.Flow.Door;
using Cloud.Flow.Outbound;
using Cloud.Flow.Outbound.Reports;
using Cloud.Flow.Trace;
using Cloud.Mail;
using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Messages;
using Cloud.Store.Ports;

namespace Cloud.Flow.Inbound;

enum ReceivingStatus
{
    Accepted,

    /// <summary>No recipient has an account; nothing is kept.</summary>
    NoRecipient,

    /// <summary>It looks like junk, and the recipients have no mailbox here: that is not passed on. Nothing is kept.</summary>
    Unwanted,

    /// <summary>It would be passed on in a circle. Nothing is kept.</summary>
    Loops,

    /// <summary>Neither filed nor queued, as far as is known: nothing is promised, but its bytes stay.</summary>
    Failed,
}

/// <param name="KeepsSource">Whether an account owns the uploaded blob now, or may own it; else it is the caller's to remove.</param>
/// <param name="Refused">Recipients who get nothing though others do, and why.</param>
readonly record struct ReceivingResult(
    ReceivingStatus Status,
    bool KeepsSource,
    IReadOnlyList<RefusedRecipient>? Refused = null
);

/// <summary>
/// Brings a message from its envelope to every recipient's INBOX, and to the outbox for those elsewhere; or keeps it durably
/// until that can be done.
/// </summary>
sealed class Receiving(AccountStore accounts, Addressing addressing, Filing filing, ReceivedReports reports)
{
    /// <param name="repeated">The transaction was tried before.</param>
    /// <param name="fields">Put in front of a message that has no evidence.</param>
    /// <param name="isTold">See <see cref="Incoming.IsTold"/>.</param>
    /// <param name="session">Who handed it over, for its trace.</param>
    public async ValueTask<ReceivingResult> ReceiveAsync(
        TransactionId transaction,
        Origin origin,
        IReadOnlyList<OutboundRecipient> recipients,
        UploadedMessage message,
        Evidence? evidence,
        bool repeated,
        CancellationToken cancel,
        byte[]? fields = null,
        bool isTold = false,
        SessionFacts? session = null
    )
    {
        InboundMail mail;
        Addressed addressed;
        try
        {
            var incoming = new Incoming(transaction, message.Blob, recipients, origin, evidence)
            {
                IsRepeated = repeated,
                IsTold = isTold,
            };
            addressed = await Quarantine.AddressAsync(addressing, incoming, cancel);
            mail = MailOf(incoming, message, addressed) with { Fields = fields, Session = session?.Bounded };
        }
        catch (StoreException)
        {
            return new(ReceivingStatus.Failed, KeepsSource: repeated);
        }
        if (mail.Deliveries.Count == 0)
            return new(addressed.Nobody, KeepsSource: repeated);

        var result = await filing.FileAsync(mail, repeated, copied: repeated, cancel);
        // In several queue messages the first account could delete the source before another has its copy.
        var isQueueable = !result.LacksCopies || mail.Parts().Count == 1;
        var status = ReceivingStatus.Accepted;
        if (result.Pending.Any() && !(isQueueable && await TryQueueAsync(mail, result)))
            status = ReceivingStatus.Failed;
        else if (!result.Lost.IsEmpty)
            status = ReceivingStatus.Failed; // the sender still has it
        else if (result.Missing.Count == mail.Deliveries.Count)
            status = ReceivingStatus.NoRecipient;

        // Only what certainly nobody has: a queue that failed may have taken it all the same, and another try of this
        // transaction may have filed the copies that this one missed. What is waste after all, the sweep finds.
        await RemoveAsync(mail, result.Missing);
        if (status == ReceivingStatus.Accepted && mail.FiledOf(result) is { } filed)
            await reports.NoteAsync(
                transaction,
                recipients.Select(one => one.Address),
                filed.Blob,
                message.Index,
                evidence,
                isOurs: fields is not null
            );
        return new(status, repeated || MayOwnSource(mail, result), addressed.Refused);
    }

    /// <summary>An account has it, or what is on the queue is still to be made from it.</summary>
    static bool MayOwnSource(InboundMail mail, FilingResult result) =>
        result.Pending.Any()
        || !result.Lost.IsEmpty
        || mail.Deliveries.Except(result.Missing).Any(delivery => delivery.Blob == mail.Source);

    InboundMail MailOf(Incoming incoming, UploadedMessage message, Addressed addressed) =>
        new(
            incoming.Transaction.ToString(),
            accounts.Time.GetUtcNow().ToUnixTimeSeconds(),
            message.Blob,
            message.Size,
            message.Sha256.ToArray(),
            message.Index.ToArray(),
            addressed.Deliveries,
            Evidence: addressed.Evidence,
            Origin: incoming.Origin
        );

    async ValueTask<bool> TryQueueAsync(InboundMail mail, FilingResult result)
    {
        try
        {
            await filing.QueueAsync(
                Filing.Queue,
                mail with
                {
                    Deliveries = [.. result.Pending],
                },
                TimeSpan.Zero,
                CancellationToken.None
            );
            return true;
        }
        catch (StoreException)
        {
            return false;
        }
    }

    async ValueTask RemoveAsync(InboundMail mail, IEnumerable<Delivery> deliveries)
    {
        foreach (var delivery in deliveries)
        {
            // The upload itself is the caller's until it is accepted.
            if (delivery.Blob != mail.Source)
                await BlobWaste.RemoveAsync(accounts.Blobs, delivery.Blob);
        }
    }
}
