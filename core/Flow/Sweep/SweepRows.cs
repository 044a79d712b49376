using Cloud.Store.Ports;

namespace Cloud.Flow.Sweep;

enum SweepStage
{
    Accounts,
    Blobs,
    Done,
}

/// <summary>How far the sweep is: what a run that was stopped or killed leaves to the next.</summary>
/// <param name="Began">When this pass began.</param>
/// <param name="Next">
/// The last user row done (<see cref="SweepStage.Accounts"/>), or the first hexadecimal digit not done
/// (<see cref="SweepStage.Blobs"/>).
/// </param>
/// <param name="Messages">Messages of the accounts seen in this pass.</param>
/// <param name="Store">Names the store; 16 octets.</param>
/// <param name="ETag">Null before the row is written.</param>
sealed record SweepState(
    DateTimeOffset Began,
    SweepStage Stage,
    string Next,
    long Messages,
    byte[] Store,
    string? ETag
);

/// <summary>Table <c>sweep</c>, row <c>state</c>.</summary>
static class SweepRows
{
    public const string Table = "sweep";

    const string Partition = "sweep";

    const string Row = "state";

    public static async ValueTask<SweepState?> ReadAsync(IRows rows, CancellationToken cancel)
    {
        if (await rows.GetAsync(Table, new(Partition, Row), cancel) is not { } row)
            return null;
        return new(
            row.Data.Time("Began") ?? default,
            (SweepStage)row.Data.Int("Stage"),
            row.Data.String("Next") ?? "",
            row.Data.Long("Messages"),
            row.Data.Bytes("Store") ?? [],
            row.ETag
        );
    }

    /// <returns>The state as it is now kept; null when another run has moved on meanwhile.</returns>
    public static async ValueTask<SweepState?> WriteAsync(IRows rows, SweepState state)
    {
        var data = new RowData
        {
            { "Began", state.Began },
            { "Stage", (int)state.Stage },
            { "Next", state.Next },
            { "Messages", state.Messages },
            { "Store", state.Store },
        };
        var transaction = new RowTransaction(Partition);
        if (state.ETag is null)
            transaction.Insert(Row, data);
        else
            transaction.Replace(Row, data, state.ETag);
        var commit = await rows.CommitAsync(Table, transaction, CancellationToken.None);
        return commit.Committed ? state with { ETag = commit.ETags[0] } : null;
    }
}
