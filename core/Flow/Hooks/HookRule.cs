using Cloud.Mail;

namespace Cloud.Flow.Hooks;

/// <summary>Which messages a subscription is about, of those of its domain, address or mailbox. All that is given must hold.</summary>
public sealed record HookRule
{
    public static readonly HookRule Any = new();

    /// <summary>Pattern of the reverse path or of the author's address.</summary>
    public string? Sender { get; init; }

    /// <summary>Pattern of a recipient.</summary>
    public string? Recipient { get; init; }

    /// <summary>Pattern of the subject.</summary>
    public string? Subject { get; init; }

    /// <summary>Name of a header field.</summary>
    public string? Header { get; init; }

    /// <summary>Pattern of its value; null where it need only be there.</summary>
    public string? HeaderValue { get; init; }

    public bool? Spam { get; init; }

    public bool? Attachment { get; init; }

    /// <summary>All but the header, which the event does not have.</summary>
    internal bool Matches(MailEvent told) =>
        (Sender is null || IsOne(Sender, told.From) || IsOne(Sender, told.Author))
        && (Recipient is null || IsOne(Recipient, told.Address) || told.To?.Any(to => IsOne(Recipient, to)) == true)
        && (Subject is null || Wildcards.Matches(Subject, told.Subject ?? ""))
        && (Spam is null || Spam == (told.IsSpam ?? false))
        && (Attachment is null || Attachment == told.HasAttachment);

    static bool IsOne(string pattern, string? address) => address is not null && Wildcards.Matches(pattern, address);
}
