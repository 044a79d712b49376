using Cloud.Flow.Hooks;
using Cloud.Store;
using Cloud.Store.Messages;
using Cloud.Store.Outbox;
using Cloud.Store.Ports;

namespace Cloud.Flow.Outbound;

/// <summary>One attempt to pass a message on to a next hop.</summary>
/// <remarks>
/// Steps: 1. what is to be done now is claimed: nobody else does it until the lease is over; 2. the relay sends; 3. the
/// task of the next attempt goes to the queue, and those who asked for it are told of the outcomes; 4. these are recorded;
/// 5. the sender is told; 6. when nothing is left to do for anybody, the bytes go. A crash between 2 and 4 is the only way to send twice, and counted when the next
/// one claims.
/// </remarks>
sealed class Attempting(
    OutboxStore store,
    OutboundQueue queue,
    Relaying relaying,
    Telling telling,
    OutboundEvents events,
    IBlobs blobs,
    RunningClaims claims,
    TimeProvider time,
    Entropy entropy,
    OutboundOptions options
)
{
    /// <summary>Claims that others may spoil before the task is left for a moment.</summary>
    const int MaxRaces = 5;

    /// <summary>That moment.</summary>
    static readonly TimeSpan RacePause = TimeSpan.FromSeconds(5);

    /// <exception cref="StoreException">The task is to be seen again; nothing is lost.</exception>
    public async ValueTask<OutboundResult> RunAsync(TransactionId id, OutboundTask task, CancellationToken cancel)
    {
        for (var races = 0; races < MaxRaces; races++)
        {
            var entry = races == 0 ? Carried(id, task) : null;
            entry ??= await store.ReadAsync(id, task.First, task.Count, cancel);
            if (entry is null)
                return new(OutboundOutcome.Superseded, task.Id);

            var rows = TaskRows.Of(task, entry.Recipients, claims, time.GetUtcNow());
            if (rows.Owing.Count > 0) // left by a crash in step 5
                await FinishAsync(await telling.TellAsync(entry, rows.Owing, repeated: true, cancel));
            else if (entry.Message.IsDone) // or in step 6
                await FinishAsync(entry);
            if (rows.Ready.Count == 0)
                return await WaitAsync(task, rows.Later, cancel);
            if (entry.Message.IsHeld) // since it was being sent
            {
                if (await HoldAsync(entry, rows.Ready, cancel))
                    return await WaitAsync(task, rows.Later, cancel);
                continue;
            }
            var claim = entropy.Next64();
            claims.Begin(claim);
            try
            {
                if (await ClaimAsync(entry, rows.Ready, claim, cancel) is { } claimed) // step 1
                    return await SendAsync(task, claimed, rows, cancel);
            }
            finally
            {
                claims.End(claim);
            }
        }
        return await WaitAsync(task, time.GetUtcNow() + RacePause, cancel);
    }

    static OutboxEntry? Carried(TransactionId id, OutboundTask task) =>
        task is { Message: { } message, Rows: { } rows }
            ? new(
                id,
                MessageRow.Unpack(message, task.MessageETag),
                [.. rows.Select(row => RecipientCodec.Unpack(row.Packed, row.ETag))]
            )
            : null;

    async ValueTask<OutboundResult> WaitAsync(OutboundTask task, DateTimeOffset? until, CancellationToken cancel)
    {
        if (until is not { } due)
            return new(OutboundOutcome.Superseded, task.Id);
        await queue.SendAsync(task.Again(due), cancel);
        return new(OutboundOutcome.Waits, task.Id);
    }

    /// <summary>Who holds a message cannot take from the relay what that is sending; what comes back of it is held then.</summary>
    /// <returns>False when somebody else was faster.</returns>
    async ValueTask<bool> HoldAsync(OutboxEntry entry, IReadOnlyList<RecipientRow> ready, CancellationToken cancel)
    {
        var held = ready
            .Select(row =>
                row with
                {
                    State = RecipientState.Held,
                    PossibleRepeats = row.PossibleRepeats + (row.State == RecipientState.Sending ? 1 : 0),
                    LeaseEnd = null,
                }
            )
            .ToList();
        return await WriteAsync(entry, held, 0, cancel) is not null;
    }

    /// <returns>Null when somebody else was faster.</returns>
    async ValueTask<OutboxEntry?> ClaimAsync(
        OutboxEntry entry,
        IReadOnlyList<RecipientRow> ready,
        ulong claim,
        CancellationToken cancel
    )
    {
        var now = time.GetUtcNow();
        var wanted = ready
            .Select(row =>
                row with
                {
                    State = RecipientState.Sending,
                    Attempts = row.State == RecipientState.Sending ? row.Attempts : row.Attempts + 1,
                    PossibleRepeats = row.PossibleRepeats + (row.State == RecipientState.Sending ? 1 : 0),
                    LeaseEnd = now + options.Lease,
                    Claim = claim,
                    FirstAttempt = row.FirstAttempt ?? now,
                }
            )
            .ToList();
        var claimed = await WriteAsync(entry, wanted, 0, cancel);
        if (claimed is not null)
            OutboundMeter.MayRepeat(ready.Count(row => row.State == RecipientState.Sending));
        return claimed;
    }

    async ValueTask<OutboundResult> SendAsync(
        OutboundTask task,
        OutboxEntry claimed,
        TaskRows found,
        CancellationToken cancel
    )
    {
        var sent = await relaying.SendAsync(claimed, task.First, cancel); // step 2
        var isScheduled = await ScheduleAsync(task, sent); // step 3
        var rows = isScheduled ? sent.Rows : [.. sent.Rows.Select(row => Unscheduled(row, task.Attempt))];
        OutboundMeter.Untold(await events.TellAsync(sent.Message, rows));
        var recorded = await RecordAsync(claimed, rows); // step 4
        if (recorded is not null)
            await EndAsync(recorded, sent);
        if (!isScheduled)
            throw new StoreException("The next attempt could not be put on the queue; this one's task stays there");
        if (found.Later is { } later) // for recipients that were not ready
            await queue.SendAsync(task.Again(later), cancel);
        return sent.ToResult(task.Id, found.Ready.Count(row => row.State == RecipientState.Sending));
    }

    async ValueTask EndAsync(OutboxEntry recorded, RelayedRows sent)
    {
        OutboundMeter.Attempted(recorded.Recipients);
        OutboundMeter.MayRepeat(sent.Uncertain);
        await relaying.LearnAsync(recorded.Recipients, sent.Message);
        var owing = recorded.Recipients.Where(row => row is { IsFinal: true, IsDone: false }).ToList();
        if (owing.Count > 0)
            recorded = await telling.TellAsync(recorded, owing, repeated: false, CancellationToken.None); // step 5
        await FinishAsync(recorded);
    }

    /// <summary>The next attempt's task, and at the first one that for telling the sender that it takes long.</summary>
    /// <returns>False when the queue fails.</returns>
    async ValueTask<bool> ScheduleAsync(OutboundTask task, RelayedRows sent)
    {
        var waiting = sent.Rows.Where(row => row.State == RecipientState.Waiting).ToList();
        if (waiting.Count == 0)
            return true;
        var next = task.Following(waiting.Max(row => row.Attempts) + 1, waiting.Min(row => row.Next));
        var tasks = new List<OutboundTask> { next };
        if (sent.TellDelayAt is { } due)
            tasks.Add(task.TellDelay(due));
        return await queue.TrySendAsync(tasks) == 0;
    }

    /// <summary>As if the attempt had not been: then its own task makes it again, when the next one is due.</summary>
    static RecipientRow Unscheduled(RecipientRow row, int attempt) =>
        row.State == RecipientState.Waiting
            ? row with
            {
                Attempts = Math.Min(row.Attempts, attempt - 1),
                LastAttempt = attempt > 1 ? row.LastAttempt : null,
            }
            : row;

    /// <returns>Null when the lease was over and somebody else has claimed the recipients since.</returns>
    async ValueTask<OutboxEntry?> RecordAsync(OutboxEntry claimed, IReadOnlyList<RecipientRow> rows)
    {
        var closed = rows.Count(row => row.IsDone);
        for (var pause = TimeSpan.FromMilliseconds(250); ; pause *= 2)
        {
            try
            {
                return await WriteAsync(claimed, rows, closed, CancellationToken.None);
            }
            catch (StoreException) when (pause < LongestPause)
            {
                // What is not recorded is sent again: so it is worth some patience.
                await Task.Delay(pause, time, CancellationToken.None);
            }
        }
    }

    /// <summary>Between the last tries to record; all together take half a minute.</summary>
    static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(20);

    /// <summary>As the store does it; and where its answer is lost, looks whether it was done.</summary>
    async ValueTask<OutboxEntry?> WriteAsync(
        OutboxEntry entry,
        IReadOnlyList<RecipientRow> wanted,
        int closed,
        CancellationToken cancel
    )
    {
        try
        {
            if (await store.ChangeAsync(entry, wanted, closed, cancel) is { } written)
                return written;
        }
        catch (StoreException)
        {
            if (await FindAsync() is { } found)
                return found;
            throw;
        }
        return await FindAsync(); // a lost answer may have been to an earlier try

        async ValueTask<OutboxEntry?> FindAsync()
        {
            var (first, last) = (wanted[0].Number, wanted[^1].Number);
            if (await store.ReadAsync(entry.Id, first, last - first + 1, cancel) is not { } now)
                return null;
            var mine = now.Recipients.Where(row => wanted.Any(own => own.Number == row.Number)).ToList();
            var isDone =
                mine.Count == wanted.Count
                && mine.Zip(wanted)
                    .All(pair =>
                        RecipientCodec.Pack(pair.First).AsSpan().SequenceEqual(RecipientCodec.Pack(pair.Second))
                    );
            return isDone ? now with { Recipients = mine } : null;
        }
    }

    /// <summary>Step 6.</summary>
    async ValueTask FinishAsync(OutboxEntry entry)
    {
        if (entry.Message.IsDone)
            await BlobWaste.RemoveAsync(blobs, BlobNames.Of(entry.Id));
    }
}
