namespace Cloud.Mail.Reports;

/// <summary>How a report was told.</summary>
public enum ReportForm
{
    /// <summary>multipart/report, or at least its machine-readable part: RFC 3464, RFC 8098, RFC 5965.</summary>
    Standard,

    /// <summary>A guess: the text of qmail's bounces (QSBMF), which is a format of its own.</summary>
    Qsbmf,

    /// <summary>A guess: the field X-Failed-Recipients, which Exim and its kin write.</summary>
    FailedRecipients,
}

/// <summary>A report that came in. It has a delivery, a disposition, or a feedback.</summary>
/// <remarks>Anybody can write one: it proves nothing about the message it names.</remarks>
public sealed record ReceivedReport
{
    public required ReportForm Form { get; init; }
    public DeliveryReport? Delivery { get; init; }
    public DispositionReport? Disposition { get; init; }
    public FeedbackReport? Feedback { get; init; }

    /// <summary>Of the message it is about, without angle brackets; null if it is not told.</summary>
    public string? OriginalMessageId { get; init; }

    /// <summary>Header of the message it is about, where it came back; else null.</summary>
    public Envelope? Original { get; init; }
}
