using Cloud.Flow.Outbound;
using Cloud.Flow.Outbound.Reports;

namespace Cloud.Api.Admin;

/// <summary>What `cloud queue` and `cloud suppression` can do, on a store at hand or by way of a running server.</summary>
/// <remarks>A mistake is answered by an <see cref="AdminException"/> whose message is for the operator.</remarks>
public interface IQueueAdministration
{
    /// <summary>Messages in the order in which they were accepted; a page may be empty before the last.</summary>
    ValueTask<QueueList> ListAsync(QueueQuery query, CancellationToken cancel);

    ValueTask<QueueDetails> ShowAsync(string id, CancellationToken cancel);

    /// <summary>Does something with what is not sent yet.</summary>
    ValueTask<QueueChange> ChangeAsync(QueueVerb verb, string id, CancellationToken cancel);

    /// <summary>Tasks that came to no end, oldest first, at most <see cref="QueueQuery.MaxPage"/>.</summary>
    ValueTask<IReadOnlyList<DeadTask>> ListDeadAsync(CancellationToken cancel);

    ValueTask ReplayDeadAsync(string id, CancellationToken cancel);

    ValueTask RemoveDeadAsync(string id, CancellationToken cancel);

    /// <summary>Addresses that nothing is sent to, at most <see cref="QueueQuery.MaxPage"/>.</summary>
    /// <param name="list">Whose: a user's address, or a domain.</param>
    ValueTask<IReadOnlyList<SuppressedAddress>> ListSuppressedAsync(string list, CancellationToken cancel);

    /// <param name="days">For how long, 1 to <see cref="QueueQuery.MaxDays"/>; null for ever.</param>
    ValueTask SuppressAsync(string list, string address, string text, int? days, CancellationToken cancel);

    ValueTask UnsuppressAsync(string list, string address, CancellationToken cancel);

    /// <summary>What others have reported of a domain of ours, oldest first.</summary>
    /// <param name="domain">Null for all of ours.</param>
    /// <param name="days">Up to today, 1 to <see cref="QueueQuery.MaxReportDays"/>.</param>
    ValueTask<IReadOnlyList<ReportSummary>> ListReportsAsync(string? domain, int days, CancellationToken cancel);
}

/// <summary>Which messages are listed.</summary>
public enum QueueState
{
    /// <summary>Something is still to be done for them.</summary>
    Open,

    /// <summary>Open, and not held.</summary>
    Waiting,
    Held,
    Done,
    All,
}

/// <param name="Domain">A recipient's domain or address; null for all.</param>
/// <param name="Sender">The sender's domain or address; null for all.</param>
/// <param name="Cursor">Null for the first page.</param>
/// <param name="Limit">1 to <see cref="MaxPage"/>.</param>
public sealed record QueueQuery(string? Domain, string? Sender, QueueState State, string? Cursor, int Limit)
{
    /// <summary>Messages, dead letters or suppressed addresses in one answer.</summary>
    public const int MaxPage = 200;

    /// <summary>Ten years.</summary>
    public const int MaxDays = 3650;

    /// <summary>For so long reports are kept.</summary>
    public const int MaxReportDays = 400;
}

/// <param name="Cursor">Null after the last page.</param>
public sealed record QueueList(IReadOnlyList<QueueEntry> Messages, string? Cursor);

/// <param name="From">Empty for <c>&lt;&gt;</c>.</param>
/// <param name="Size">Octets.</param>
/// <param name="State"><c>waiting</c>, <c>held</c> or <c>done</c>.</param>
/// <param name="Open">Recipients for whom something is still to be done.</param>
/// <param name="HoldUntil">Not sent before, as its sender wanted.</param>
public sealed record QueueEntry(
    string Id,
    DateTimeOffset Accepted,
    string From,
    string State,
    int Recipients,
    int Open,
    long Size,
    string? Subject,
    string? MessageId,
    DateTimeOffset? HoldUntil,
    DateTimeOffset? DoneAt
);

public sealed record QueueDetails(QueueEntry Message, IReadOnlyList<QueueRecipient> Recipients);

/// <summary>See <see cref="Flow.Outbound.QueuedRecipient"/>.</summary>
public sealed record QueueRecipient(
    string Address,
    string NextHop,
    string State,
    int Attempts,
    DateTimeOffset? Next,
    DateTimeOffset? LastAttempt,
    string? Status,
    string? Reply,
    string? Host,
    string? HostAddress,
    string? Tls,
    int PossibleRepeats,
    string Told,
    string? Transcript
)
{
    /// <summary>A line for each host of each attempt, with what it said; oldest first.</summary>
    public IReadOnlyList<string> History { get; init; } = [];
}

/// <param name="Changed">Recipients that it was done for.</param>
/// <param name="Busy">Recipients that are being sent to at the moment: for them nothing was done.</param>
public sealed record QueueChange(int Changed, int Busy);

/// <param name="Message">The message's id; null where the task cannot be read.</param>
public sealed record DeadTask(string Id, DateTimeOffset At, string Reason, string? Message);

/// <param name="Reason"><c>bounce</c>, <c>complaint</c> or <c>byhand</c>.</param>
/// <param name="Until">Null for ever.</param>
public sealed record SuppressedAddress(
    string Address,
    string Reason,
    string Text,
    DateTimeOffset Since,
    DateTimeOffset? Until
);
