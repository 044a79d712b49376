using Cloud.Flow.Inbound;
using Cloud.Flow.Outbound;
using Cloud.Flow.Trace;
using Cloud.Mail;
using Cloud.Store;

namespace Cloud.Flow.Submission;

/// <summary>A message that an account wants sent, by whatever protocol it came.</summary>
/// <param name="Transaction">Repeating it sends nothing twice.</param>
/// <param name="Sender">Who has logged in.</param>
/// <param name="From">The reverse path; null for <c>&lt;&gt;</c>.</param>
/// <param name="Recipients">1 to <see cref="Outbound.Submission.MaxRecipients"/>.</param>
/// <param name="Message">What came out of a <see cref="MessagePreparation"/>.</param>
/// <param name="Content">And what that found.</param>
public sealed record SubmitRequest(
    TransactionId Transaction,
    AccountId Sender,
    EmailAddress? From,
    IReadOnlyList<OutboundRecipient> Recipients,
    UploadedMessage Message,
    SubmittedContent Content
)
{
    /// <summary>How it came, for its trace.</summary>
    public SessionFacts? Session { get; init; }

    /// <summary>As the sender asked for; what the message itself tells is added.</summary>
    public SendOptions Options { get; init; } = SendOptions.None;

    /// <summary>Not sent before; null or past for at once.</summary>
    public DateTimeOffset? HoldUntil { get; init; }

    /// <summary>
    /// What an application wrote on it; null where it is none's. With them it goes by way of the outbox, whoever it is for.
    /// </summary>
    public SendLabels? Labels { get; init; }
}

public enum SubmitStatus
{
    /// <summary>Kept for every recipient.</summary>
    Accepted,

    /// <summary>Refused for good: nothing is kept.</summary>
    Rejected,

    /// <summary>Over a limit of what may be sent: later, and nothing is kept.</summary>
    OverLimit,

    /// <summary>A fault of ours: nothing is promised.</summary>
    Deferred,
}

/// <param name="Code">Subject and detail of the enhanced status code (RFC 3463), where the status is no success.</param>
/// <param name="Reason">For the sender: one short English sentence.</param>
public sealed record SubmitResult(SubmitStatus Status, string Code = "", string Reason = "");
