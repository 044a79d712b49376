using System.Globalization;
using Cloud.Store;
using Cloud.Store.Outbox;
using Cloud.Store.Ports;

namespace Cloud.Flow.Outbound;

/// <summary>A task that came to no end.</summary>
/// <param name="Id">Its own, in order of time.</param>
/// <param name="Transaction">The message's; null where the task cannot be read.</param>
public sealed record DeadLetter(
    string Id,
    DateTimeOffset At,
    string Reason,
    string? Transaction,
    ReadOnlyMemory<byte> Body
);

/// <summary>Tasks that came to no end: kept until somebody replays or removes them.</summary>
public sealed class DeadLetters
{
    readonly IRows rows;
    readonly IQueues queues;
    readonly TimeProvider time;
    readonly Entropy entropy;

    internal DeadLetters(IRows store, IQueues target, TimeProvider clock, Entropy random) =>
        (rows, queues, time, entropy) = (store, target, clock, random);

    /// <exception cref="StoreException">Not kept.</exception>
    internal async ValueTask<OutboundResult> KeepAsync(
        ReadOnlyMemory<byte> body,
        string reason,
        CancellationToken cancel
    )
    {
        var task = OutboundTask.Parse(body);
        // The same task again is the same letter: the sweep finds what still waits, and has it tried.
        var id = task is null
            ? TransactionId.Create(time, entropy).ToString()
            : string.Create(CultureInfo.InvariantCulture, $"{task.Id}-{task.First:x4}-{(int)task.Work}");
        var data = new RowData
        {
            { "Body", body.ToArray() },
            { "Reason", reason },
            { "At", time.GetUtcNow() },
        };
        await rows.CommitAsync(
            DeadLetterRows.Table,
            new RowTransaction(DeadLetterRows.Partition).Upsert(id, data),
            cancel
        );
        OutboundMeter.SetAside();
        return new(OutboundOutcome.SetAside, task?.Id) { Reason = reason };
    }

    /// <summary>All of them, oldest first.</summary>
    public async IAsyncEnumerable<DeadLetter> ListAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel
    )
    {
        await foreach (var row in rows.ReadAsync(DeadLetterRows.Table, DeadLetterRows.All, cancel))
            yield return From(row);
    }

    /// <summary>Puts one back on the queue, due now.</summary>
    /// <returns>False when there is no such one.</returns>
    /// <exception cref="StoreException">It is here still, and perhaps on the queue as well: that does no harm.</exception>
    public async ValueTask<bool> ReplayAsync(string id, CancellationToken cancel)
    {
        var key = new RowKey(DeadLetterRows.Partition, id);
        if (!IsId(id) || await rows.GetAsync(DeadLetterRows.Table, key, cancel) is not { } row)
            return false;
        await queues.SendAsync(OutboundQueue.Name, From(row).Body, TimeSpan.Zero, cancel);
        return await RemoveAsync(id, cancel);
    }

    /// <returns>False when there is no such one.</returns>
    public async ValueTask<bool> RemoveAsync(string id, CancellationToken cancel) =>
        IsId(id)
        && (
            await rows.CommitAsync(
                DeadLetterRows.Table,
                new RowTransaction(DeadLetterRows.Partition).Delete(id),
                cancel
            )
        ).Committed;

    static bool IsId(string id) => id.Length is > 0 and <= 64 && id.All(c => char.IsAsciiHexDigit(c) || c == '-');

    internal static DeadLetter From(Row row)
    {
        var body = row.Data.Bytes("Body") ?? [];
        return new(
            row.Key.Row,
            row.Data.Time("At") ?? default,
            row.Data.String("Reason") ?? "",
            OutboundTask.Parse(body)?.Id,
            body
        );
    }
}
