using Cloud.Store;
using Cloud.Store.Messages;
using Cloud.Store.Outbox;
using Cloud.Store.Ports;

namespace Cloud.Flow.Outbound;

/// <summary>What operators and senders do with messages that wait: look, hold, release, cancel, try now.</summary>
/// <remarks>
/// Each changes recipients' rows by their ETag, as who sends does: so one is either cancelled or handed over, never both.
/// Every method may throw <see cref="StoreException"/>: then it may be done in part, and can be done again.
/// </remarks>
public sealed class OutboxControl
{
    /// <summary>Messages in one answer of a list.</summary>
    public const int MaxPage = 200;

    /// <summary>Rows read for one answer of a list, whatever the filter lets through.</summary>
    const int MaxRead = 5000;

    /// <summary>Changes by others between which something is tried.</summary>
    const int MaxRaces = 20;

    readonly IRows rows;
    readonly OutboxStore store;
    readonly OutboundQueue queue;
    readonly IBlobs blobs;
    readonly TimeProvider time;

    internal OutboxControl(IRows source, OutboxStore target, OutboundQueue timer, IBlobs bytes, TimeProvider clock) =>
        (rows, store, queue, blobs, time) = (source, target, timer, bytes, clock);

    /// <summary>Messages in the order in which they were accepted.</summary>
    /// <param name="cursor">Null for the first page.</param>
    /// <param name="limit">1 to <see cref="MaxPage"/>; fewer may come.</param>
    public async ValueTask<QueuedPage> ListAsync(
        OutboxFilter filter,
        string? cursor,
        int limit,
        CancellationToken cancel
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxPage);
        var range = new PartitionRange(
            filter.Since is { } since ? OutboxRows.FirstOf(since) : "",
            filter.Until is { } until ? OutboxRows.FirstOf(until) : null,
            OutboxRows.Message
        );
        var found = new List<QueuedMessage>();
        for (var read = 0; read < MaxRead; )
        {
            // No more than there is room for, so that the cursor is never within a page.
            var page = await rows.QueryPartitionsAsync(OutboxRows.Table, range, cursor, limit - found.Count, cancel);
            read += Math.Max(page.Rows.Count, 1);
            foreach (var row in page.Rows)
            {
                if (await ToMessageAsync(row, filter, cancel) is { } message)
                    found.Add(message);
            }
            cursor = page.Continuation;
            if (cursor is null || found.Count == limit)
                break;
        }
        return new(found, cursor);
    }

    async ValueTask<QueuedMessage?> ToMessageAsync(Row row, OutboxFilter filter, CancellationToken cancel)
    {
        if (TransactionId.TryParse(row.Key.Partition) is not { } id)
            return null;
        var message = MessageRow.Unpack(OutboxRows.Bytes(row.Data), row.ETag);
        var submission = SubmissionCodec.Unpack(id, message, []);
        if (!filter.Takes(submission, message))
            return null;
        if (filter.Recipient is not null)
        {
            var all = await store.ReadAllAsync(id, cancel);
            if (all?.Recipients.Any(to => filter.TakesRecipient(to.Address)) != true)
                return null;
        }
        return ToMessage(submission, message);
    }

    static QueuedMessage ToMessage(Submission submission, MessageRow row) =>
        new(submission, row.Recipients, row.Open, row.IsHeld, row.DoneAt);

    /// <returns>Null when there is no such message (any more).</returns>
    public async ValueTask<QueuedDetails?> ShowAsync(TransactionId id, CancellationToken cancel)
    {
        if (await store.ReadAllAsync(id, cancel) is not { } entry)
            return null;
        var submission = SubmissionCodec.Unpack(id, entry.Message, entry.Recipients);
        return new(ToMessage(submission, entry.Message), [.. entry.Recipients.Select(QueuedRecipient.From)]);
    }

    /// <summary>Keeps what waits from being sent, until it is released.</summary>
    /// <returns>Null when there is no such message.</returns>
    public ValueTask<ControlResult?> HoldAsync(TransactionId id, CancellationToken cancel) =>
        ChangeAsync(
            id,
            row => row.State == RecipientState.Waiting ? row with { State = RecipientState.Held } : null,
            message => message.IsHeld ? message : message with { IsHeld = true },
            cancel
        );

    /// <summary>Sends what was held: at once, or when the sender had wanted it.</summary>
    /// <returns>Null when there is no such message.</returns>
    public ValueTask<ControlResult?> ReleaseAsync(TransactionId id, CancellationToken cancel) =>
        ChangeAndSendAsync(
            id,
            row => row.State == RecipientState.Held ? row with { State = RecipientState.Waiting } : null,
            message => message.IsHeld ? message with { IsHeld = false } : message,
            cancel
        );

    /// <summary>Tries at once what waits, also what the sender had wanted later.</summary>
    /// <returns>Null when there is no such message.</returns>
    public ValueTask<ControlResult?> RetryAsync(TransactionId id, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        return ChangeAndSendAsync(
            id,
            row => row.State == RecipientState.Waiting && row.Next > now ? row with { Next = now } : null,
            message => message,
            cancel
        );
    }

    /// <summary>Sends nothing more to those it was not handed over for. Nobody is told.</summary>
    /// <returns>Null when there is no such message.</returns>
    public ValueTask<ControlResult?> CancelAsync(TransactionId id, CancellationToken cancel) =>
        ChangeAsync(
            id,
            row =>
                row.State is RecipientState.Waiting or RecipientState.Held
                    ? row with
                    {
                        State = RecipientState.Cancelled,
                        Owed = NoticeKinds.None,
                    }
                    : null,
            message => message,
            cancel
        );

    async ValueTask<ControlResult?> ChangeAndSendAsync(
        TransactionId id,
        Func<RecipientRow, RecipientRow?> change,
        Func<MessageRow, MessageRow> changeMessage,
        CancellationToken cancel
    )
    {
        var result = await ChangeAsync(id, change, changeMessage, cancel);
        // All that waits, also what an earlier try has changed without getting here.
        if (result is not null && await store.ReadAllAsync(id, cancel) is { } entry)
        {
            var waiting = entry.Recipients.Where(row => row.State == RecipientState.Waiting).ToList();
            var priority = SubmissionCodec.PriorityOf(entry);
            var tasks = TaskPlan.Of(entry with { Recipients = waiting }, isFresh: false, priority);
            if (await queue.TrySendAsync(tasks) > 0)
                throw new StoreException("The queue cannot take it now");
        }
        return result;
    }

    /// <param name="change">Gives null for a recipient that stays as it is.</param>
    async ValueTask<ControlResult?> ChangeAsync(
        TransactionId id,
        Func<RecipientRow, RecipientRow?> change,
        Func<MessageRow, MessageRow> changeMessage,
        CancellationToken cancel
    )
    {
        var changed = 0;
        for (var races = 0; races < MaxRaces; races++)
        {
            if (await store.ReadAllAsync(id, cancel) is not { } entry)
                return null;
            var wanted = entry.Recipients.Select(change).OfType<RecipientRow>().ToList();
            var isFree = true;
            foreach (var some in wanted.Chunk(OutboxStore.RowsAtATime))
            {
                var closed = some.Count(row => row.IsDone);
                var written = await store.ChangeAsync(
                    entry,
                    some,
                    message => changeMessage(store.Close(message, closed)),
                    cancel
                );
                isFree &= written is not null;
                changed += written?.Recipients.Count ?? 0;
                entry = entry with { Message = written?.Message ?? entry.Message with { ETag = null } };
            }
            if (!isFree)
                continue;
            if (entry.Message.IsDone)
                await BlobWaste.RemoveAsync(blobs, BlobNames.Of(id));
            return new(changed, entry.Recipients.Count(row => row.State == RecipientState.Sending));
        }
        throw new StoreException("The message is changed all the time");
    }
}
