using Cloud.Mail;

namespace Cloud.Flow.Inbound;

/// <summary>How a message came: what counts of it where it is passed on to other servers.</summary>
/// <param name="From">The reverse path; null for <c>&lt;&gt;</c>.</param>
public sealed record Origin(string? From)
{
    /// <summary>Of our own reports.</summary>
    public static readonly Origin Nobody = new(From: null);

    /// <summary>SMTPUTF8 (RFC 6531) was asked for.</summary>
    public bool SmtpUtf8 { get; init; }

    /// <summary>BODY=8BITMIME (RFC 6152) was said.</summary>
    public bool EightBit { get; init; }

    /// <summary>RET (RFC 3461 §4.3).</summary>
    public string? Ret { get; init; }

    /// <summary>ENVID (RFC 3461 §4.4), decoded.</summary>
    public string? EnvelopeId { get; init; }

    /// <summary>The author's domain where that is ours; null: it is not signed again.</summary>
    public string? SigningDomain { get; init; }

    /// <summary>See <see cref="Outbound.Submission.BodyHash"/>.</summary>
    public byte[]? BodyHash { get; init; }

    public static Origin Of(EmailAddress? from) => new(from?.ToString());

    internal EmailAddress? Sender => From is null ? null : EmailAddress.TryParse(From);
}
