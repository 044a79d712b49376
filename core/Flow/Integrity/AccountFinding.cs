using System.Text.Json.Serialization;

namespace Cloud.Flow.Integrity;

/// <summary>What is not as it should be in an account.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FindingKind>))]
public enum FindingKind
{
    /// <summary>A mailbox' row counts other messages than there are. Repaired by counting.</summary>
    MailboxCounts,

    /// <summary>The account's row sums up other messages or octets. Repaired by counting.</summary>
    AccountCounts,

    /// <summary>A mailbox shows a message that has no row. Repaired by taking it out: there is nothing behind it.</summary>
    MessageMissing,

    /// <summary>A message's row does not tell of a place that shows it, or tells of one that does not.</summary>
    PlacesDiffer,

    /// <summary>A message that no mailbox shows. Repaired by putting it into INBOX.</summary>
    Unplaced,

    /// <summary>A mailbox has another size for a message than its row. Not repaired.</summary>
    SizeDiffers,

    /// <summary>The message's octets are gone. Not repaired: only a backup has them.</summary>
    OctetsMissing,

    /// <summary>The message's octets are not what came in. Not repaired.</summary>
    OctetsDiffer,
}

/// <param name="Mailbox">Its path; null where none is concerned.</param>
/// <param name="Message">Its id in the account; null where none is concerned.</param>
/// <param name="Text">One line for people.</param>
public sealed record AccountFinding(FindingKind Kind, string? Mailbox, string? Message, string Text)
{
    public bool IsRepaired { get; init; }
}

/// <param name="Messages">Looked at.</param>
/// <param name="Octets">Of them; read and hashed where that was asked for.</param>
/// <param name="IsSteady">
/// Nothing changed the account meanwhile. Else what was found may be a change half seen, and nothing is repaired.
/// </param>
public sealed record AccountCheckResult(
    long Messages,
    long Octets,
    bool IsSteady,
    IReadOnlyList<AccountFinding> Findings
)
{
    /// <summary>Findings of one account that are told.</summary>
    public const int MaxFindings = 1000;

    /// <summary>More was found than is told.</summary>
    public bool IsCut { get; init; }
}
