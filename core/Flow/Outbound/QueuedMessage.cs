using Cloud.Store;
using Cloud.Store.Outbox;

namespace Cloud.Flow.Outbound;

/// <summary>A message of the outbox as an operator sees it.</summary>
/// <param name="Message">Its envelope; without recipients in a list.</param>
/// <param name="Recipients">All that there are.</param>
/// <param name="Open">Recipients for whom something is still to be done.</param>
/// <param name="DoneAt">Null while there are.</param>
public sealed record QueuedMessage(Submission Message, int Recipients, int Open, bool IsHeld, DateTimeOffset? DoneAt);

/// <summary>A recipient as an operator sees it.</summary>
/// <param name="Number">From 0.</param>
/// <param name="Attempts">Made, with the one under way.</param>
/// <param name="Next">Of a waiting one: when it is tried.</param>
/// <param name="LastAttempt">When it came to an end; null before.</param>
/// <param name="Reply">What was said then, and by whom.</param>
/// <param name="Transcript">The dialogue then; with the first recipient of those that had it.</param>
/// <param name="PossibleRepeats">Attempts that came to no end: so often it may have got the message once more.</param>
/// <param name="Told">What the sender was told.</param>
public sealed record QueuedRecipient(
    int Number,
    OutboundRecipient Recipient,
    string NextHop,
    RecipientState State,
    int Attempts,
    DateTimeOffset? Next,
    DateTimeOffset? LastAttempt,
    string? Status,
    string? Reply,
    string? Host,
    string? HostAddress,
    string? Tls,
    string? Transcript,
    int PossibleRepeats,
    NoticeKinds Told
)
{
    /// <summary>A line for each host of each attempt, with what it said; oldest first.</summary>
    public IReadOnlyList<string> History { get; init; } = [];

    /// <summary>It went by the operator's own relay: host, reply, transcript and history are for the operator.</summary>
    public bool BySmarthost { get; init; }

    internal static QueuedRecipient From(RecipientRow row) =>
        new(
            row.Number,
            SubmissionCodec.ToRecipient(row),
            row.NextHop,
            row.State,
            row.Attempts,
            row.State == RecipientState.Waiting ? row.Next : null,
            row.LastAttempt,
            row.Status,
            row.Reply,
            row.Host,
            row.HostAddress,
            row.Tls,
            row.Transcript,
            row.PossibleRepeats,
            row.Told
        )
        {
            History = AttemptHistory.LinesOf(row.History),
            BySmarthost = row.BySmarthost,
        };
}

/// <param name="Cursor">Pass it on for the next page; null after the last. A page may be empty before that.</param>
public sealed record QueuedPage(IReadOnlyList<QueuedMessage> Messages, TransactionId? Cursor);

public sealed record QueuedDetails(QueuedMessage Message, IReadOnlyList<QueuedRecipient> Recipients);

/// <param name="Changed">Recipients that it was done for.</param>
/// <param name="Busy">Recipients that are being sent to at the moment: for them nothing was done.</param>
public readonly record struct ControlResult(int Changed, int Busy);
