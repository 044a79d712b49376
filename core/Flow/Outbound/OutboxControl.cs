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
    /// <param name="after">The cursor of the page before; null for the first page.</param>
    /// <param name="limit">1 to <see cref="MaxPage"/>; fewer may come.</param>
    public async ValueTask<QueuedPage> ListAsync(
        OutboxFilter filter,
        TransactionId? after,
        int limit,
        CancellationToken cancel
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxPage);
        var range = RangeOf(filter, after);
        var found = new List<QueuedMessage>();
        string? continuation = null;
        var seen = after;
        for (var read = 0; read < MaxRead; )
        {
            // As many as there is room for; where few of them are what is asked for, ever more at a time.
            var most = Math.Clamp(read, limit - found.Count, RowLimits.QueryRows);
            var page = await rows.QueryPartitionsAsync(OutboxRows.Table, range, continuation, most, cancel);
            continuation = page.Continuation;
            read += Math.Max(page.Rows.Count, 1);
            foreach (var (i, row) in page.Rows.Index())
            {
                if (TransactionId.TryParse(row.Key.Partition) is not { } id)
                    continue;
                seen = id;
                if (await FindAsync(id, row, filter, cancel) is { } message)
                    found.Add(message);
                if (found.Count == limit)
                    return new(found, continuation is null && i == page.Rows.Count - 1 ? null : id);
            }
            if (continuation is null)
                return new(found, null);
        }
        return new(found, PlaceOf(seen.GetValueOrDefault(), found is [.., var last] ? last.Message.Id : after));
    }

    static PartitionRange RangeOf(OutboxFilter filter, TransactionId? after)
    {
        var since = filter.Since is { } time ? OutboxRows.FirstOf(time) : "";
        var next = after is { } id ? OutboxRows.FirstAfter(id) : "";
        return new(
            string.CompareOrdinal(since, next) > 0 ? since : next,
            filter.Until is { } until ? OutboxRows.FirstOf(until) : null,
            OutboxRows.Message
        );
    }

    /// <summary>Where a list goes on that has come to a message: its time, for its id may not be the asker's to know.</summary>
    /// <param name="last">What was listed last, from the same millisecond perhaps.</param>
    static TransactionId PlaceOf(TransactionId read, TransactionId? last) =>
        last?.Milliseconds == read.Milliseconds ? read : read with { Random = 0 };

    async ValueTask<QueuedMessage?> FindAsync(TransactionId id, Row row, OutboxFilter filter, CancellationToken cancel)
    {
        try
        {
            return await ToMessageAsync(id, row, filter, cancel);
        }
        catch (DamagedException)
        {
            OutboundMeter.Damaged();
            return null; // the others are still to be seen
        }
    }

    async ValueTask<QueuedMessage?> ToMessageAsync(
        TransactionId id,
        Row row,
        OutboxFilter filter,
        CancellationToken cancel
    )
    {
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

    /// <returns>Null when there is no such message.</returns>
    public ValueTask<ControlResult?> ChangeAsync(TransactionId id, QueueVerb verb, CancellationToken cancel) =>
        verb switch
        {
            QueueVerb.Hold => HoldAsync(id, cancel),
            QueueVerb.Release => ReleaseAsync(id, cancel),
            QueueVerb.Cancel => CancelAsync(id, cancel),
            QueueVerb.Retry => RetryAsync(id, cancel),
            _ => throw new ArgumentOutOfRangeException(nameof(verb)),
        };

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
            var priority = SubmissionCodec.PriorityOf(entry);
            var tasks = TaskPlan.Of(entry, row => row.State == RecipientState.Waiting, isFresh: false, priority);
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
