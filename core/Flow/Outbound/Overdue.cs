using Cloud.Store;
using Cloud.Store.Outbox;
using Cloud.Store.Ports;

namespace Cloud.Flow.Outbound;

/// <summary>Finds messages of the outbox that no queue knows of, and puts them on it.</summary>
/// <remarks>
/// A message waits in its rows, the queue only says when. Should the queue have lost that, or never got it, because it
/// failed when the message was accepted, the rows tell: what is overdue gets a task anew. One too many does no harm.
/// </remarks>
sealed class Overdue(IRows rows, IQueues queues, TimeProvider time)
{
    /// <summary>How late something has to be: a queue with much to do is late by itself.</summary>
    public static readonly TimeSpan After = TimeSpan.FromMinutes(30);

    /// <summary>
    /// How old a message is when it is looked at between two daily passes: each time twice as old, since the queue fails
    /// mostly at the beginning. So a message costs so many reads in its first day, however long the others wait.
    /// </summary>
    static readonly TimeSpan[] Ages = [.. Enumerable.Range(0, 6).Select(doublings => After * (1 << doublings))];

    /// <summary>Runs of this process that were left out are made up for so long; what is older the daily pass finds.</summary>
    static readonly TimeSpan MadeUp = TimeSpan.FromHours(1);

    readonly OutboxStore store = new(rows, time);
    readonly OutboundQueue queue = new(queues, time);

    /// <summary>Of the last run that came to its end, UTC: each looks at what has come of age since.</summary>
    long lastEdge;

    /// <summary>Puts on the queue what is overdue of the messages that have just come to one of some ages.</summary>
    /// <param name="end">When to stop.</param>
    /// <returns>Tasks.</returns>
    /// <exception cref="StoreException">The next time goes on.</exception>
    public async ValueTask<int> RequeueRecentAsync(DateTimeOffset end, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var edge = EdgeOf(now);
        var last = new DateTimeOffset(Volatile.Read(ref lastEdge), TimeSpan.Zero);
        var isKnown = last >= edge - MadeUp && last <= edge;
        if (last == edge)
            return 0;
        var requeued = 0;
        foreach (var age in Ages)
        {
            var (from, to) = ((isKnown ? last : edge - Schedule.Every) - age, edge - age);
            var range = new PartitionRange(OutboxRows.FirstOf(from), OutboxRows.FirstOf(to), OutboxRows.Message);
            requeued += await RequeueLateAsync(range, now, end, cancel);
        }

        if (!cancel.IsCancellationRequested && time.GetUtcNow() < end)
            Volatile.Write(ref lastEdge, edge.UtcTicks);
        return requeued;
    }

    /// <summary>Puts on the queue what is overdue of all messages.</summary>
    /// <inheritdoc cref="RequeueRecentAsync"/>
    public ValueTask<int> RequeueAllAsync(DateTimeOffset end, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        return RequeueLateAsync(new("", OutboxRows.FirstOf(now - After), OutboxRows.Message), now, end, cancel);
    }

    /// <summary>
    /// Puts on the queue what was accepted before a time and never tried: who took it may not have come to that. What is to
    /// wait gets its task for then. Of all messages, for nobody knows how long there was no process, and reports are dated
    /// at what they tell of.
    /// </summary>
    /// <returns>Tasks.</returns>
    /// <exception cref="StoreException">What is left is found when it is overdue.</exception>
    public ValueTask<int> RequeueUntriedAsync(DateTimeOffset before, DateTimeOffset end, CancellationToken cancel)
    {
        return RequeueAsync(new("", OutboxRows.FirstOf(before), OutboxRows.Message), FindAsync, end, cancel);

        static ValueTask<List<RecipientRow>> FindAsync(OutboxEntry entry) =>
            new([.. entry.Recipients.Where(row => row is { State: RecipientState.Waiting, Attempts: 0 })]);
    }

    ValueTask<int> RequeueLateAsync(
        PartitionRange range,
        DateTimeOffset now,
        DateTimeOffset end,
        CancellationToken cancel
    )
    {
        return RequeueAsync(range, FindAsync, end, cancel);

        ValueTask<List<RecipientRow>> FindAsync(OutboxEntry entry) =>
            MarkAsync(entry, entry.Recipients.Where(row => IsLate(row, now)), now, cancel);
    }

    /// <summary>
    /// Makes the late ones due now, which they then are for everybody: so a queue that only lags gets one more of a message
    /// in half an hour at most, however often and by however many it is looked at.
    /// </summary>
    /// <returns>Those that nobody else has changed meanwhile.</returns>
    async ValueTask<List<RecipientRow>> MarkAsync(
        OutboxEntry entry,
        IEnumerable<RecipientRow> late,
        DateTimeOffset now,
        CancellationToken cancel
    )
    {
        var marked = new List<RecipientRow>();
        foreach (var some in late.Chunk(OutboxStore.RowsAtATime))
        {
            var wanted = some.Select(row =>
                    row.State == RecipientState.Sending ? row with { LeaseEnd = now } : row with { Next = now }
                )
                .ToList();
            if (await store.ChangeAsync(entry, wanted, closed: 0, cancel) is { } written)
                marked.AddRange(written.Recipients);
        }

        return marked;
    }

    async ValueTask<int> RequeueAsync(
        PartitionRange range,
        Func<OutboxEntry, ValueTask<List<RecipientRow>>> findAsync,
        DateTimeOffset end,
        CancellationToken cancel
    )
    {
        var requeued = 0;
        await foreach (var row in rows.ReadPartitionsAsync(OutboxRows.Table, range, cancel))
        {
            if (cancel.IsCancellationRequested || time.GetUtcNow() >= end)
                break;
            try
            {
                requeued += await RequeueAsync(row, findAsync, cancel);
            }
            catch (DamagedException)
            {
                OutboundMeter.Damaged(); // the others' mail does not wait for it
            }
        }

        return requeued;
    }

    async ValueTask<int> RequeueAsync(
        Row row,
        Func<OutboxEntry, ValueTask<List<RecipientRow>>> findAsync,
        CancellationToken cancel
    )
    {
        var message = MessageRow.Unpack(OutboxRows.Bytes(row.Data), row.ETag);
        if (message.IsDone || TransactionId.TryParse(row.Key.Partition) is not { } id)
            return 0;
        var entry = await store.ReadAllAsync(id, message, cancel);
        var due = (await findAsync(entry)).Select(to => to.Number).ToHashSet();
        var priority = SubmissionCodec.PriorityOf(entry);
        var tasks = TaskPlan.Of(entry, to => due.Contains(to.Number), isFresh: false, priority).ToList();
        foreach (var task in tasks)
            await queue.SendAsync(task, cancel);
        OutboundMeter.Requeue(tasks.Count);
        return tasks.Count;
    }

    /// <summary>
    /// A full period of the clock, half a period ago at least: runs that come a little early or late meet the one that is
    /// theirs.
    /// </summary>
    static DateTimeOffset EdgeOf(DateTimeOffset now)
    {
        var ticks = now.UtcTicks - Schedule.Every.Ticks / 2;
        return new(ticks - ticks % Schedule.Every.Ticks, TimeSpan.Zero);
    }

    static bool IsLate(RecipientRow to, DateTimeOffset now) =>
        to.State switch
        {
            RecipientState.Waiting => to.Next < now - After,
            RecipientState.Sending => to.LeaseEnd < now - After,
            // When a notice was decided upon names it; when it was put on the queue is told by what is free here.
            _ => to.Owed != NoticeKinds.None && to.NoticeAt < now - After && to.Next < now - After,
        };
}
