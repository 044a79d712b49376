using Cloud.Mail;

namespace Cloud.Flow.Outbound.Reports;

/// <summary>Which reports are sent, and as whom.</summary>
public sealed record ReportOptions
{
    /// <summary>To owners of domains in whose name mail came in. RFC 7489 §7.2.</summary>
    public bool SendsDmarc { get; init; } = true;

    /// <summary>To domains that mail was sent to. RFC 8460.</summary>
    public bool SendsTls { get; init; } = true;

    /// <summary>
    /// Whom reports come from; null: postmaster of the domain of ours that the host's name lies in, else of the first one.
    /// Signed where its domain is ours.
    /// </summary>
    public EmailAddress? From { get; init; }

    /// <summary>Who reports, in words; null: the domain of <see cref="From"/>.</summary>
    public string? Organization { get; init; }

    /// <summary>Our own host.</summary>
    public string HostName { get; init; } = "localhost";

    /// <summary>
    /// Reports go out spread over so long, so that not all who report do so at midnight. RFC 8460 §5.5 has four hours.
    /// </summary>
    public TimeSpan Spread { get; init; } = TimeSpan.FromHours(4);
}
