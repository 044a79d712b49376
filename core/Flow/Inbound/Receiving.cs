using Cloud.Flow.Door;
using Cloud.Flow.Outbound.Reports;
using Cloud.Mail;
using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Directory;
using Cloud.Store.Messages;
using Cloud.Store.Ports;

namespace Cloud.Flow.Inbound;

enum ReceivingStatus
{
    Accepted,

    /// <summary>No recipient has an account; nothing is kept.</summary>
    NoRecipient,

    /// <summary>Neither filed nor queued, as far as is known: nothing is promised, but its bytes stay.</summary>
    Failed,
}

/// <param name="KeepsSource">Whether an account owns the uploaded blob now, or may own it.</param>
readonly record struct ReceivingResult(ReceivingStatus Status, bool KeepsSource);

/// <summary>Brings a message from its envelope to every recipient's INBOX, or keeps it durably until that can be done.</summary>
sealed class Receiving(AccountStore accounts, MailDirectory directory, Filing filing, ReceivedReports reports)
{
    /// <param name="repeated">The transaction was tried before.</param>
    /// <param name="fields">Put in front of a message that has no evidence.</param>
    public async ValueTask<ReceivingResult> ReceiveAsync(
        TransactionId transaction,
        IEnumerable<EmailAddress> recipients,
        UploadedMessage message,
        Evidence? evidence,
        bool repeated,
        CancellationToken cancel,
        byte[]? fields = null
    )
    {
        InboundMail mail;
        try
        {
            mail = await AddressAsync(transaction, recipients, message, evidence, repeated, cancel);
            mail = mail with { Fields = fields };
        }
        catch (StoreException)
        {
            return new(ReceivingStatus.Failed, KeepsSource: repeated);
        }
        if (mail.Deliveries.Count == 0)
            return new(ReceivingStatus.NoRecipient, KeepsSource: repeated);

        var result = await filing.FileAsync(mail, repeated, copied: repeated, cancel);
        // In several queue messages the first account could delete the source before another has its copy.
        var isQueueable = !result.LacksCopies || mail.Deliveries.Count <= InboundMail.QueuedDeliveries;
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
        if (status == ReceivingStatus.Accepted && mail.Deliveries.Except(result.Missing).FirstOrDefault() is { } first)
            await reports.NoteAsync(transaction, recipients, first.Blob, message.Index, evidence);
        return new(status, !result.Missing.Any(delivery => delivery.Blob == mail.Source));
    }

    /// <summary>Finds the accounts behind the recipients, each once, and names each one's blob.</summary>
    async ValueTask<InboundMail> AddressAsync(
        TransactionId transaction,
        IEnumerable<EmailAddress> recipients,
        UploadedMessage message,
        Evidence? evidence,
        bool repeated,
        CancellationToken cancel
    )
    {
        var source = message.Blob;
        var (deliveries, judged) = await Quarantine.AddressAsync(
            directory,
            transaction,
            source,
            recipients,
            evidence,
            repeated,
            cancel
        );
        return new(
            transaction.ToString(),
            accounts.Time.GetUtcNow().ToUnixTimeSeconds(),
            source,
            message.Size,
            message.Sha256.ToArray(),
            message.Index.ToArray(),
            deliveries,
            Evidence: judged
        );
    }

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
