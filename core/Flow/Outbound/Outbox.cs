using Cloud.Mail;
using Cloud.Mail.Reports;
using Cloud.Store;
using Cloud.Store.Messages;
using Cloud.Store.Outbox;
using Cloud.Store.Ports;

namespace Cloud.Flow.Outbound;

/// <param name="IsRepeated">It had been accepted before.</param>
/// <param name="IsQueued">
/// False: it is kept, but the queue failed; the sweep puts it there within hours. Not known where nobody else works on the
/// store: true.
/// </param>
public readonly record struct AcceptResult(bool IsRepeated, bool IsQueued);

/// <summary>Messages on their way out: takes them.</summary>
public sealed class Outbox
{
    readonly OutboxStore store;
    readonly OutboundQueue queue;
    readonly bool isSoleOwner;

    internal Outbox(OutboxStore target, OutboundQueue timer, bool solelyOurs) =>
        (store, queue, isSoleOwner) = (target, timer, solelyOurs);

    /// <summary>Takes a message over: when this returns it will be sent, or come back.</summary>
    /// <remarks>
    /// Steps: 1. the recipients' rows, the message's with the last of them; 2. a queue message for each next hop. Any
    /// step may be repeated. The rows are what counts: when the queue fails after them, the sweep finds them waiting.
    /// </remarks>
    /// <exception cref="ArgumentException">A limit of <see cref="Submission"/> is broken.</exception>
    /// <exception cref="StoreException">Nothing is promised; to try again with the same id makes nothing twice.</exception>
    public async ValueTask<AcceptResult> AcceptAsync(Submission message, CancellationToken cancel)
    {
        Check(message);
        var recipients = RecipientsOf(message);
        var count = recipients.Count;
        var entry = new OutboxEntry(
            message.Id,
            new(SubmissionCodec.Pack(message), count, count, message.IsHeld, null),
            recipients
        );
        var written = await InsertAsync(entry, cancel); // step 1
        if (message.IsHeld)
            return new(written is null, IsQueued: true);
        // What was written before may have gone on since: then its tasks find nothing to do.
        var sending = queue.TrySendAsync(Plan(written, entry, message)); // step 2
        // Should this process end before, its heir finds the rows when it starts: that need not be waited for.
        if (isSoleOwner)
            return new(written is null, IsQueued: true);
        var failed = await sending;
        return new(written is null, IsQueued: failed == 0);
    }

    static IEnumerable<OutboundTask> Plan(OutboxEntry? written, OutboxEntry entry, Submission message) =>
        TaskPlan.Of(written ?? entry, _ => true, isFresh: written is not null, message.Options.Priority);

    /// <summary>Once more where the answer was lost: then it is known whether it was written.</summary>
    async ValueTask<OutboxEntry?> InsertAsync(OutboxEntry entry, CancellationToken cancel)
    {
        try
        {
            return await store.InsertAsync(entry, cancel);
        }
        catch (StoreException)
        {
            return await store.InsertAsync(entry, cancel);
        }
    }

    static void Check(Submission message)
    {
        var count = message.Recipients.Count;
        ArgumentOutOfRangeException.ThrowIfZero(count, nameof(message));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Submission.MaxRecipients, nameof(message));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(message.Fields.Length, Submission.MaxFields, nameof(message));
        var asked = message
            .Recipients.SelectMany(to => new[] { to.Notify, to.OriginalRecipient })
            .Append(message.Options.EnvelopeId);
        if (asked.Any(text => text?.Length > Submission.MaxParameter))
            throw new ArgumentException("A parameter of the envelope is too long", nameof(message));
        if (message.Blob != BlobNames.Of(message.Id))
            throw new ArgumentException("The blob does not bear the submission's name", nameof(message));
    }

    /// <summary>By next hop, so that those of one have numbers next to each other.</summary>
    static List<RecipientRow> RecipientsOf(Submission message) =>
        [
            .. message
                .Recipients.Select(to => (To: to, NextHop: EmailAddress.CanonicalDomain(to.Address.Domain)))
                .OrderBy(to => to.NextHop, StringComparer.Ordinal)
                .Select(
                    (to, number) =>
                        Refused(
                            message,
                            new(number, to.To.Address.ToString(), to.NextHop)
                            {
                                Notify = to.To.Notify,
                                OriginalRecipient = to.To.OriginalRecipient,
                                State = message.IsHeld ? RecipientState.Held : RecipientState.Waiting,
                                Next = message.HoldUntil ?? message.Accepted,
                            }
                        )
                ),
        ];

    /// <summary>What has failed already owes a notice, and no attempt.</summary>
    static RecipientRow Refused(Submission message, RecipientRow row) =>
        message.Refusal is not { } reply
            ? row
            : row with
            {
                State = RecipientState.Failed,
                Status = StatusCode.Find(reply),
                Reply = reply,
                LastAttempt = message.Accepted,
                Owed = NoticeKinds.Failed,
                Notice = message.Id.Random,
                NoticeAt = message.Accepted,
            };
}
