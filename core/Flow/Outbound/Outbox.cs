using Cloud.Mail;
using Cloud.Store;
using Cloud.Store.Messages;
using Cloud.Store.Outbox;
using Cloud.Store.Ports;

namespace Cloud.Flow.Outbound;

/// <param name="IsRepeated">It had been accepted before.</param>
/// <param name="IsQueued">False: it is kept, but the queue failed; the sweep puts it there within hours.</param>
public readonly record struct AcceptResult(bool IsRepeated, bool IsQueued);

/// <summary>Messages on their way out: takes them.</summary>
public sealed class Outbox
{
    /// <summary>Recipients' rows written at a time, which leaves room for the message's.</summary>
    const int RowsAtATime = RowLimits.TransactionChanges - 1;

    readonly IRows rows;
    readonly OutboundQueue queue;

    internal Outbox(IRows source, OutboundQueue target) => (rows, queue) = (source, target);

    /// <summary>Takes a message over: when this returns it will be sent, or come back.</summary>
    /// <remarks>
    /// Steps: 1. the recipients' rows, the message's with the last of them; 2. a queue message for each next hop. Any
    /// step may be repeated.
    /// </remarks>
    /// <exception cref="ArgumentException">A limit of <see cref="Submission"/> is broken.</exception>
    /// <exception cref="StoreException">Nothing is promised; to try again with the same id makes nothing twice.</exception>
    public async ValueTask<AcceptResult> AcceptAsync(Submission message, CancellationToken cancel)
    {
        Check(message);
        var recipients = RecipientsOf(message);
        var row = new MessageRow(
            SubmissionCodec.Pack(message),
            recipients.Count,
            recipients.Count,
            message.IsHeld,
            null
        );
        var isNew = await WriteAsync(message.Id, row, recipients, cancel); // step 1
        if (message.IsHeld)
            return new(!isNew, IsQueued: true);
        var failed = await queue.TrySendAsync(TasksOf(message.Id, recipients)); // step 2
        return new(!isNew, IsQueued: failed == 0);
    }

    static void Check(Submission message)
    {
        ArgumentOutOfRangeException.ThrowIfZero(message.Recipients.Count, nameof(message));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(
            message.Recipients.Count,
            Submission.MaxRecipients,
            nameof(message)
        );
        ArgumentOutOfRangeException.ThrowIfGreaterThan(message.Fields.Length, Submission.MaxFields, nameof(message));
        if (message.Blob != BlobNames.Of(message.Id))
            throw new ArgumentException("The blob does not bear the submission's name", nameof(message));
    }

    static List<RecipientRow> RecipientsOf(Submission message) =>
        [
            .. message
                .Recipients.OrderBy(to => EmailAddress.CanonicalDomain(to.Address.Domain), StringComparer.Ordinal)
                .Select(
                    (to, number) =>
                        new RecipientRow(number, to.Address.ToString(), EmailAddress.CanonicalDomain(to.Address.Domain))
                        {
                            Notify = to.Notify,
                            OriginalRecipient = to.OriginalRecipient,
                            State = message.IsHeld ? RecipientState.Held : RecipientState.Waiting,
                            Next = message.HoldUntil ?? message.Accepted,
                        }
                ),
        ];

    /// <returns>False when it had been written before.</returns>
    async ValueTask<bool> WriteAsync(
        TransactionId id,
        MessageRow message,
        List<RecipientRow> recipients,
        CancellationToken cancel
    )
    {
        var last = new RowTransaction(OutboxRows.Partition(id));
        foreach (var some in recipients.Chunk(RowsAtATime))
        {
            last = new(OutboxRows.Partition(id));
            foreach (var to in some)
                last.Insert(OutboxRows.Recipient(to.Number), OutboxRows.ToRow(RecipientCodec.Pack(to)));
            if (some[^1] != recipients[^1])
                await rows.CommitAsync(OutboxRows.Table, last, cancel); // there already: by an earlier try
        }
        last.Insert(OutboxRows.Message, OutboxRows.ToRow(message.Pack()));
        return (await rows.CommitAsync(OutboxRows.Table, last, cancel)).Committed;
    }

    static IEnumerable<OutboundTask> TasksOf(TransactionId id, IEnumerable<RecipientRow> recipients) =>
        recipients
            .GroupBy(to => to.NextHop)
            .SelectMany(hop => hop.Chunk(RelayJob.MaxRecipients))
            .Select(some => new OutboundTask(
                id.ToString(),
                some[0].Number,
                some.Length,
                some[0].Attempts + 1,
                some.Min(to => to.Next).ToUnixTimeMilliseconds(),
                OutboundWork.Attempt
            ));
}
