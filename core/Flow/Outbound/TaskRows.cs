using Cloud.Store.Outbox;

namespace Cloud.Flow.Outbound;

/// <summary>What a task finds of its recipients.</summary>
/// <param name="Ready">To be tried now; one that is being sent had a crash: its lease is over, or its process is.</param>
/// <param name="Owing">At their end, and their sender is still to be told.</param>
/// <param name="Later">When this task is to look again; null when others, or nobody, will.</param>
sealed record TaskRows(IReadOnlyList<RecipientRow> Ready, IReadOnlyList<RecipientRow> Owing, DateTimeOffset? Later)
{
    /// <remarks>
    /// A task makes the attempt of its number. Who records an attempt that is to be followed by another has sent that
    /// one's task before: so what has had its attempt is not this task's any more.
    /// </remarks>
    public static TaskRows Of(
        OutboundTask task,
        IEnumerable<RecipientRow> rows,
        RunningClaims claims,
        DateTimeOffset now
    )
    {
        var (ready, owing) = (new List<RecipientRow>(), new List<RecipientRow>());
        DateTimeOffset? later = null;
        foreach (var row in rows)
        {
            if (row is { IsFinal: true, IsDone: false })
                owing.Add(row);
            else if (row.State == RecipientState.Waiting && row.Attempts < task.Attempt)
                Take(row, row.Next);
            else if (row.State == RecipientState.Sending && row.Attempts <= task.Attempt)
                Take(row, claims.IsAbandoned(row) ? now : row.LeaseEnd ?? now);
        }
        return new(ready, owing, later);

        void Take(RecipientRow row, DateTimeOffset when)
        {
            if (when <= now)
                ready.Add(row);
            else if (later is null || when < later)
                later = when;
        }
    }
}
