using Cloud.Flow.Outbound;
using Cloud.Store;
using Cloud.Store.Outbox;
using Cloud.Store.Ports;

namespace Cloud.Flow.Sweep;

/// <summary>Keeps the outbox: forgets messages that were done with long ago, and finds those that no queue knows of.</summary>
/// <remarks>
/// A message waits in its rows, the queue only says when. Should the queue have lost that, or never got it, because it
/// failed when the message was accepted, the rows tell: what is overdue gets a task anew. One too many does no harm.
/// </remarks>
sealed class OutboxSweep(IRows rows, IQueues queues, TimeProvider time)
{
    /// <summary>How long a message that is done with can be listed and explained.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromDays(30);

    /// <summary>How late something has to be: a queue with much to do is late by itself.</summary>
    public static readonly TimeSpan Overdue = TimeSpan.FromMinutes(30);

    /// <summary>What every run looks at: messages of so long, since the queue fails mostly at the beginning.</summary>
    static readonly TimeSpan Recent = TimeSpan.FromHours(6);

    readonly OutboxStore store = new(rows, time);
    readonly OutboundQueue queue = new(queues, time);

    /// <summary>Puts what is overdue on the queue.</summary>
    /// <param name="isPass">All messages; else those of the last hours.</param>
    public async ValueTask RequeueAsync(bool isPass, SweepResult result, SweepClock clock)
    {
        var from = isPass ? "" : OutboxRows.FirstOf(clock.Now - Recent);
        var range = new PartitionRange(from, OutboxRows.FirstOf(clock.Now - Overdue), OutboxRows.Message);
        await foreach (var row in rows.ReadPartitionsAsync(OutboxRows.Table, range, clock.Cancel))
        {
            if (clock.IsOver)
                return;
            var message = MessageRow.Unpack(OutboxRows.Bytes(row.Data), row.ETag);
            if (message.IsDone || TransactionId.TryParse(row.Key.Partition) is not { } id)
                continue;
            if (await store.ReadAllAsync(id, clock.Cancel) is not { } entry)
                continue;
            var late = entry.Recipients.Where(to => IsLate(to, clock.Now)).ToList();
            var tasks = TaskPlan.Of(entry with { Recipients = late }, isFresh: false).ToList();
            foreach (var task in tasks)
                await queue.SendAsync(task, clock.Cancel);
            OutboundMeter.Requeue(tasks.Count);
            result.Requeued += tasks.Count;
        }
    }

    /// <summary>Puts on the queue what was accepted before a time and never tried: who took it may not have come to that.</summary>
    public async ValueTask<int> RequeueUntriedAsync(DateTimeOffset before, SweepClock clock)
    {
        var (tasks, range) = (
            0,
            new PartitionRange(OutboxRows.FirstOf(before - Recent), OutboxRows.FirstOf(before), OutboxRows.Message)
        );
        await foreach (var row in rows.ReadPartitionsAsync(OutboxRows.Table, range, clock.Cancel))
        {
            if (clock.IsOver)
                return tasks;
            if (
                MessageRow.Unpack(OutboxRows.Bytes(row.Data), row.ETag).IsDone
                || TransactionId.TryParse(row.Key.Partition) is not { } id
                || await store.ReadAllAsync(id, clock.Cancel) is not { } entry
            )
                continue;
            var untried = entry.Recipients.Where(to =>
                to is { State: RecipientState.Waiting, Attempts: 0 } && to.Next < before
            );
            foreach (var task in TaskPlan.Of(entry with { Recipients = [.. untried] }, isFresh: false))
            {
                await queue.SendAsync(task, clock.Cancel);
                tasks++;
            }
        }
        OutboundMeter.Requeue(tasks);
        return tasks;
    }

    static bool IsLate(RecipientRow to, DateTimeOffset now) =>
        to.State switch
        {
            RecipientState.Waiting => to.Next < now - Overdue,
            RecipientState.Sending => to.LeaseEnd < now - Overdue,
            _ => to.Owed != NoticeKinds.None && to.NoticeAt < now - Overdue,
        };

    /// <summary>Removes messages that were done with long ago, and recipients of those that were never accepted.</summary>
    public async ValueTask PruneAsync(SweepResult result, SweepClock clock)
    {
        var before = clock.Now - KeptFor;
        var end = OutboxRows.FirstOf(before);
        var first = new PartitionRange("", end, OutboxRows.First);
        // What is accepted has a message's row; a first recipient's row, everything that was ever begun.
        await foreach (var row in rows.ReadPartitionsAsync(OutboxRows.Table, first, clock.Cancel))
        {
            if (clock.IsOver)
                return;
            if (TransactionId.TryParse(row.Key.Partition) is not { } id)
                continue;
            var message = await store.FindAsync(id, clock.Cancel);
            if (message is not null && !(message.DoneAt < before))
                continue;
            await store.RemoveAsync(id, clock.Cancel);
            result.Submissions++;
        }
    }
}
