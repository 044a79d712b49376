using System.Text.Unicode;
using Cloud.Mail.Headers;

namespace Cloud.Trust.Content;

/// <summary>Whether the header is what RFC 5322 asks for, and what mail programs write.</summary>
static class HeaderRules
{
    /// <summary>How far ahead a sender's clock may be: a wrong zone is at most 14 hours wrong.</summary>
    static readonly TimeSpan Ahead = TimeSpan.FromHours(15);

    /// <summary>How old a message may be: queues give up after five days (RFC 5321 §4.5.4.1).</summary>
    static readonly TimeSpan Behind = TimeSpan.FromDays(7);

    /// <summary>Letters below which a subject in capitals is an abbreviation.</summary>
    const int ShortSubject = 10;

    /// <summary>Fields that may occur once. RFC 5322 §3.6; From has a rule of its own.</summary>
    static readonly string[] Single =
    [
        "Date",
        "Sender",
        "Reply-To",
        "To",
        "Cc",
        "Message-ID",
        "In-Reply-To",
        "References",
        "Subject",
    ];

    public static IEnumerable<ContentRule> All { get; } =
    [
        ContentRule.If("MISSING_DATE", 1.0m, "There is no Date field", message => !message.Has("Date")),
        ContentRule.If(
            "INVALID_DATE",
            0.7m,
            "The Date field cannot be understood",
            message => message.Has("Date") && message.Message.Index.SentDate is null
        ),
        ContentRule.If(
            "DATE_IN_FUTURE",
            1.5m,
            "The date is more than 15 hours ahead",
            message => message.Message.Index.SentDate > message.Received + Ahead
        ),
        ContentRule.If(
            "DATE_IN_PAST",
            0.7m,
            "The date is more than 7 days old",
            message => message.Message.Index.SentDate < message.Received - Behind
        ),
        ContentRule.If("MISSING_MID", 0.7m, "There is no Message-ID field", message => !message.Has("Message-ID")),
        ContentRule.If(
            "MISSING_SUBJECT",
            0.5m,
            "There is no subject",
            message => message.Envelope.Subject.IsNilOrEmpty
        ),
        ContentRule.If(
            "SUBJECT_ALL_CAPS",
            0.7m,
            "The subject is all in capitals",
            message => IsShouted(message.Message.Index.Subject)
        ),
        ContentRule.Naming("DUPLICATE_FIELD", 1.5m, "A field that may occur once occurs again", Duplicate),
        ContentRule.If(
            "HEADER_BAD_OCTETS",
            1.0m,
            "The header holds octets that are neither ASCII nor UTF-8",
            message => !Utf8.IsValid(message.Message.Header)
        ),
        ContentRule.Naming("RCVD_FORGED_HELO", 2.0m, "A server before was greeted with our name", ForgedHop),
        ContentRule.If(
            "LIST_UNSUBSCRIBE",
            -0.5m,
            "An authenticated list that says how to leave it",
            message => message.IsAuthenticated && IsList(message) && Unsubscribes(message)
        ),
        ContentRule.If(
            "BULK_NO_UNSUBSCRIBE",
            0.7m,
            "Mail for many that does not say how to get no more of it",
            message => (IsList(message) || IsBulk(message)) && !Unsubscribes(message)
        ),
    ];

    static string? Duplicate(ContentCase message) => Single.FirstOrDefault(name => message.Count(name) > 1);

    static bool IsShouted(string subject)
    {
        var letters = subject.Where(char.IsLetter).ToArray();
        return letters.Length >= ShortSubject && letters.Any(char.IsUpper) && !letters.Any(char.IsLower);
    }

    /// <summary>A hop in which our name was given by a host that the DNS calls otherwise.</summary>
    static string? ForgedHop(ContentCase message)
    {
        if (message.Facts.OwnHosts.Count == 0)
            return null;
        foreach (var field in message.Message.Named("Received").Take(MailLoops.DefaultMaxHops))
        {
            var hop = Received.Parse(field.Value);
            var claimed = hop.Helo ?? hop.From;
            if (
                message.IsOurs(claimed)
                && hop.FromName is { Length: > 0 } name
                && IsName(name)
                && !message.IsOurs(name)
            )
                return name;
        }

        return null;
    }

    /// <summary>Servers write "unknown" where there is no name.</summary>
    static bool IsName(string name) => name.Contains('.', StringComparison.Ordinal);

    static bool IsList(ContentCase message) => !message.Message.Index.ListId.IsNilOrEmpty;

    static bool IsBulk(ContentCase message) =>
        message
            .Message.Named("Precedence")
            .Any(field =>
                field.Text.Trim() is var text
                && (
                    text.Equals("bulk", StringComparison.OrdinalIgnoreCase)
                    || text.Equals("list", StringComparison.OrdinalIgnoreCase)
                )
            );

    /// <summary>RFC 2369 §3.2.</summary>
    static bool Unsubscribes(ContentCase message) =>
        message.Message.Named("List-Unsubscribe").Any(field => ListField.Uris(field.Value).Count > 0);
}
