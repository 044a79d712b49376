using Cloud.Store.Outbox;

namespace Cloud.Flow.Outbound;

/// <summary>What an attempt came to, before it is recorded.</summary>
/// <param name="Message">With the recipients of the attempt.</param>
/// <param name="Rows">As they are to be recorded.</param>
/// <param name="TellDelayAt">
/// When the sender of what waits is to be told that it takes long; null for never, or where somebody sees to it already.
/// </param>
sealed record RelayedRows(Submission Message, IReadOnlyList<RecipientRow> Rows, DateTimeOffset? TellDelayAt)
{
    public Exception? Fault { get; init; }

    public bool IsBlobMissing { get; init; }

    /// <summary>Recipients that may have got it, though nobody knows.</summary>
    public int Uncertain { get; init; }

    public OutboundResult ToResult(string transaction, int possibleRepeats)
    {
        var waiting = Rows.Count(row => row.State == RecipientState.Waiting);
        var failed = Rows.Count(row => row.State == RecipientState.Failed);
        return new(waiting > 0 ? OutboundOutcome.Waits : OutboundOutcome.Done, transaction)
        {
            NextHop = Rows[0].NextHop,
            Host = Rows[0].Host,
            Sent = Rows.Count - waiting - failed,
            Deferred = waiting,
            Failed = failed,
            Status = Rows.Where(row => row.State is RecipientState.Waiting or RecipientState.Failed)
                .Select(StatusOf)
                .FirstOrDefault(),
            PossibleRepeats = possibleRepeats + Uncertain,
            Fault = Fault,
            IsBlobMissing = IsBlobMissing,
        };
    }

    /// <summary>Without the words, in which a server often repeats an address.</summary>
    static string StatusOf(RecipientRow row)
    {
        var code = row.Reply is { Length: >= 3 } reply && reply[..3].All(char.IsAsciiDigit) ? $"{reply[..3]} " : "";
        return $"{code}{row.Status}";
    }
}
