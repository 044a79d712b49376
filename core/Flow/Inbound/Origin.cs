using Cloud.Flow.Outbound;
using Cloud.Mail;

namespace Cloud.Flow.Inbound;

/// <summary>How a message came: what counts of it where it is passed on to other servers.</summary>
/// <param name="From">The reverse path; null for <c>&lt;&gt;</c>.</param>
public sealed record Origin(string? From)
{
    /// <summary>Of our own reports.</summary>
    public static readonly Origin Nobody = new(From: null);

    /// <summary>What its sender asked for, which holds as far as it goes (RFC 8689 §6: REQUIRETLS, too).</summary>
    public SendOptions Options { get; init; } = SendOptions.None;

    /// <summary>The author's domain where that is ours; null: it is not signed again.</summary>
    public string? SigningDomain { get; init; }

    /// <summary>See <see cref="Outbound.Submission.BodyHash"/>.</summary>
    public byte[]? BodyHash { get; init; }

    public static Origin Of(EmailAddress? from) => new(from?.ToString());

    internal EmailAddress? Sender => From is null ? null : EmailAddress.TryParse(From);
}
