using Cloud.Store;
using Cloud.Store.Outbox;
using Cloud.Store.Ports;

namespace Cloud.Flow.Sweep;

/// <summary>Keeps the outbox: forgets messages that were done with long ago.</summary>
sealed class OutboxSweep(IRows rows, TimeProvider time)
{
    /// <summary>How long a message that is done with can be listed and explained.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromDays(30);

    readonly OutboxStore store = new(rows, time);

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
