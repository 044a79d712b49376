using Cloud.Mail.Headers;

namespace Cloud.Mail.Reports;

/// <summary>
/// What a recipient said of a message, as his provider passes it on: the machine-readable part of a feedback report (ARF).
/// RFC 5965 §3.
/// </summary>
public sealed record FeedbackReport
{
    /// <summary>Recipients taken of a report: most name one.</summary>
    public const int MaxRecipients = 100;

    /// <summary>Characters of a type; the registered ones have up to twelve.</summary>
    const int MaxType = 40;

    /// <summary>Letters, digits and hyphens, in lower case: <c>abuse</c>, <c>fraud</c>, <c>virus</c>, <c>other</c> and later ones.</summary>
    public required string Type { get; init; }
    public string? UserAgent { get; init; }
    public TypedText? ReportingMta { get; init; }

    /// <summary>Of the envelope, as the reporter had it; null for <c>&lt;&gt;</c> as well as for none.</summary>
    public EmailAddress? OriginalMailFrom { get; init; }

    /// <summary>Of the envelope, as the reporter had it; many leave them out, so as not to tell who complained.</summary>
    public IReadOnlyList<EmailAddress> OriginalRecipients { get; init; } = [];
    public DateTimeOffset? ArrivalDate { get; init; }

    /// <summary>The message was not wanted. Of the registered types two say something else: RFC 6430, RFC 6591.</summary>
    public bool IsComplaint => Type is not ("not-spam" or "auth-failure");

    /// <returns>Null without a type.</returns>
    public static FeedbackReport? Parse(ReadOnlySpan<byte> octets)
    {
        var fields = ReportFields.Read(octets);
        if (TypeOf(Find("Feedback-Type") ?? "") is not { Length: > 0 } type)
            return null;
        return new()
        {
            Type = type,
            UserAgent = Find("User-Agent"),
            ReportingMta = Find("Reporting-MTA") is { } mta ? TypedText.Parse(mta, TypedText.Dns) : null,
            OriginalMailFrom = Find("Original-Mail-From") is { } from ? AddressOf(from) : null,
            OriginalRecipients =
            [
                .. fields
                    .Where(field => field.Is("Original-Rcpt-To"))
                    .Select(field => AddressOf(field.Value))
                    .OfType<EmailAddress>()
                    .Take(MaxRecipients),
            ],
            ArrivalDate = DateOf("Arrival-Date") ?? DateOf("Received-Date"), // its name in drafts
        };

        string? Find(string name)
        {
            var at = fields.FindIndex(field => field.Is(name));
            return at < 0 ? null : fields[at].Value;
        }

        DateTimeOffset? DateOf(string name)
        {
            var at = fields.FindIndex(field => field.Is(name));
            return at < 0 ? null : MailDate.Parse(fields[at].Octets);
        }
    }

    static EmailAddress? AddressOf(string value) => TypedText.Parse(value, TypedText.Rfc822).Address;

    static string TypeOf(string value) =>
        string.Concat(value.Trim().Take(MaxType).TakeWhile(c => char.IsAsciiLetterOrDigit(c) || c == '-'))
            .ToLowerInvariant();
}
