namespace Cloud.Mail.Reports;

/// <summary>What became of a message for a recipient. RFC 3464 §2.3.3.</summary>
public enum DeliveryAction
{
    Failed,

    /// <summary>Not yet; it is tried on.</summary>
    Delayed,
    Delivered,

    /// <summary>Passed on to a system that does not report.</summary>
    Relayed,

    /// <summary>Delivered, and sent on to several others.</summary>
    Expanded,
}

/// <summary>The machine-readable part of a delivery status notification. RFC 3464 §2, RFC 6533 §4.</summary>
public sealed record DeliveryReport
{
    /// <summary>ENVID as the sender gave it, out of its xtext.</summary>
    public string? EnvelopeId { get; init; }

    /// <summary>Null only where a reader found none.</summary>
    public TypedText? ReportingMta { get; init; }
    public TypedText? Gateway { get; init; }
    public TypedText? ReceivedFromMta { get; init; }
    public DateTimeOffset? ArrivalDate { get; init; }
    public IReadOnlyList<RecipientReport> Recipients { get; init; } = [];

    /// <summary>Fields of the message that no standard names, such as <c>X-Postfix-Queue-ID</c>.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Extensions { get; init; } = [];

    /// <summary>The outcome that matters most to the sender.</summary>
    public DeliveryAction? Worst => Recipients.Count == 0 ? null : Recipients.Min(recipient => recipient.Action);
}

/// <summary>What became of a message for one recipient. RFC 3464 §2.3.</summary>
public sealed record RecipientReport
{
    /// <summary>ORCPT as the sender gave it, out of its xtext.</summary>
    public TypedText? OriginalRecipient { get; init; }
    public required TypedText FinalRecipient { get; init; }
    public required DeliveryAction Action { get; init; }

    /// <summary>RFC 3463: <c>5.1.1</c>.</summary>
    public required string Status { get; init; }
    public TypedText? RemoteMta { get; init; }

    /// <summary>The other server's words.</summary>
    public TypedText? DiagnosticCode { get; init; }
    public DateTimeOffset? LastAttempt { get; init; }
    public string? FinalLogId { get; init; }

    /// <summary>Of a delayed one: when it is given up.</summary>
    public DateTimeOffset? RetryUntil { get; init; }
    public IReadOnlyList<KeyValuePair<string, string>> Extensions { get; init; } = [];

    /// <summary>The address the sender knows, or the one that was tried; null if neither is an address.</summary>
    public EmailAddress? Address => OriginalRecipient?.Address ?? FinalRecipient.Address;
}
