using System.Text.Json.Serialization;
using Cloud.Store;

namespace Cloud.Flow.Hooks;

/// <summary>Something that happened to mail, as it travels on the queue and is kept with its deliveries.</summary>
/// <remarks>What is too long is cut: an event is a few KiB at most, and has no content of a message but its subject.</remarks>
/// <param name="Id">27 hexadecimal digits, the time first; the same again when it is told again.</param>
/// <param name="At">Milliseconds since 1970 UTC.</param>
/// <param name="Domain">Ours: of the recipient for mail that comes in, of the sender for mail that goes out; may be empty.</param>
public sealed record MailEvent(string Id, MailEventKind Kind, long At, string Domain)
{
    /// <summary>Addresses of a list that are kept.</summary>
    public const int MaxAddresses = 50;

    /// <summary>Characters of a text that is kept.</summary>
    public const int MaxText = 1000;

    /// <summary>Rules that are named.</summary>
    public const int MaxRules = 20;

    /// <summary>The trace id of the message: what its log lines and its trace have.</summary>
    public string? Transaction { get; init; }

    /// <summary>Whose mail it is; null for nobody's here.</summary>
    public string? Account { get; init; }

    /// <summary>The address of ours that it is about.</summary>
    public string? Address { get; init; }

    /// <summary>The reverse path; null for <c>&lt;&gt;</c>, and where it is not known.</summary>
    public string? From { get; init; }

    /// <summary>Recipients that it is about, <see cref="MaxAddresses"/> at most.</summary>
    public IReadOnlyList<string>? To { get; init; }

    /// <summary>How many recipients there are.</summary>
    public int Recipients { get; init; }

    /// <summary>The author's address, of the header.</summary>
    public string? Author { get; init; }

    public string? Subject { get; init; }

    /// <summary>Without angle brackets.</summary>
    public string? MessageId { get; init; }

    /// <summary>Octets.</summary>
    public long Size { get; init; }

    public bool HasAttachment { get; init; }

    /// <summary>What the door and the account's own filter think; null where nobody has judged it.</summary>
    public bool? IsSpam { get; init; }

    public decimal? Score { get; init; }

    public IReadOnlyList<EventRule>? Rules { get; init; }

    /// <summary>The mailbox it was filed into, by its role (<c>inbox</c>, <c>junk</c>).</summary>
    public string? Mailbox { get; init; }

    /// <summary>It was passed on, and is kept nowhere here.</summary>
    public bool IsForwarded { get; init; }

    /// <summary>It is kept only until the endpoints have it.</summary>
    public bool IsTransient { get; init; }

    /// <summary>
    /// Of a transient message that several domains hear of: all the events, this one among them, whose endpoints are to
    /// have it before it goes. Null for this one alone.
    /// </summary>
    public IReadOnlyList<EventVariant>? Variants { get; init; }

    /// <summary>What the application that sent it wrote on it.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <inheritdoc cref="Tags"/>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>Enhanced status code (RFC 3463).</summary>
    public string? Status { get; init; }

    /// <summary>What the other server said, or what is to be taken for it.</summary>
    public string? Reply { get; init; }

    /// <summary>That server.</summary>
    public string? Host { get; init; }

    /// <summary><see cref="Reply"/> and <see cref="Host"/> are of the operator's own relay, and the operator's to know.</summary>
    [JsonIgnore]
    public bool BySmarthost { get; init; }

    public int Attempt { get; init; }

    /// <summary>When it is tried again, milliseconds since 1970 UTC.</summary>
    public long? Next { get; init; }

    /// <summary>Octets that the account has.</summary>
    public long Used { get; init; }

    /// <summary>Octets that it may have.</summary>
    public long Limit { get; init; }

    /// <summary>The part of its quota that it has come to.</summary>
    public int Percent { get; init; }

    /// <summary>Who asked for it: subscriptions that match as far as could be told.</summary>
    public IReadOnlyList<string> Hooks { get; init; } = [];

    /// <summary>As receivers read it.</summary>
    [JsonIgnore]
    public string PublicId => $"evt_{Id}";

    /// <summary>All of ours that it is about: of mail that comes in, the recipients.</summary>
    [JsonIgnore]
    internal IEnumerable<string> OwnAddresses =>
        Kind is MailEventKind.Received or MailEventKind.Filed or MailEventKind.Rejected && To is not null
            ? To.Append(Address).OfType<string>()
        : Address is null ? []
        : [Address];

    [JsonIgnore]
    public TransactionId Number => TransactionId.TryParse(Id) ?? default;

    /// <summary>As a receiver writes it, or without its prefix.</summary>
    /// <returns>Null when it is none.</returns>
    public static TransactionId? ParseId(string text) =>
        TransactionId.TryParse(text.StartsWith("evt_", StringComparison.Ordinal) ? text.AsSpan(4) : text);

    /// <param name="most">Characters.</param>
    /// <returns>The text's start, at a whole character.</returns>
    public static string? Cut(string? text, int most = MaxText) =>
        text is null || text.Length <= most ? text
        : char.IsHighSurrogate(text[most - 1]) ? text[..(most - 1)]
        : text[..most];
}

/// <param name="Id">Of an event.</param>
/// <param name="Hooks">Who asked for it.</param>
public sealed record EventVariant(string Id, IReadOnlyList<string> Hooks);

/// <param name="Name">Of a rule that applied.</param>
public sealed record EventRule(string Name, decimal Score);
