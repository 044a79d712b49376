using System.Text;
using Cloud.Mail.Headers;

namespace Cloud.Mail.Compose;

/// <summary>A message to write. What is null or empty has no field.</summary>
/// <remarks>Control characters in a subject, a name or a file name become spaces: no text can end its field.</remarks>
public sealed record OutgoingMessage
{
    public DateTimeOffset? Date { get; init; }
    public IReadOnlyList<NamedAddress> From { get; init; } = [];
    public NamedAddress? Sender { get; init; }
    public IReadOnlyList<NamedAddress> ReplyTo { get; init; } = [];
    public IReadOnlyList<NamedAddress> To { get; init; } = [];
    public IReadOnlyList<NamedAddress> Cc { get; init; } = [];

    /// <summary>Written: leave it empty in what goes to others.</summary>
    public IReadOnlyList<NamedAddress> Bcc { get; init; } = [];
    public string? Subject { get; init; }

    /// <summary>Without angle brackets, as all ids here; see <see cref="NewMessageId"/>.</summary>
    public string? MessageId { get; init; }
    public IReadOnlyList<string> InReplyTo { get; init; } = [];

    /// <summary>Oldest first; of more than <see cref="MessageIndex.MaxReferences"/> the first and the last are written.</summary>
    public IReadOnlyList<string> References { get; init; } = [];

    /// <summary>Further fields, in their order after the others. None of MIME's own, and none a second time that may
    /// stand only once (RFC 5322 §3.6).</summary>
    public IReadOnlyList<OutgoingField> Fields { get; init; } = [];

    public required MimePart Body { get; init; }

    /// <summary>Random octets, 16 or more, that nobody can foresee: boundaries are made of them.</summary>
    /// <remarks>The same message with the same seed is written in the same bytes.</remarks>
    public required ReadOnlyMemory<byte> Seed { get; init; }

    /// <summary>An id nobody else makes: RFC 5322 §3.6.4.</summary>
    /// <param name="random">16 octets.</param>
    /// <param name="domain">One of the sender's; of U-labels, A-labels are made.</param>
    /// <exception cref="ComposeException">The domain has no form in ASCII.</exception>
    public static string NewMessageId(ReadOnlySpan<byte> random, string domain)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(random.Length, 16, nameof(random));
        var host = EmailAddress.CanonicalDomain(domain);
        return Ascii.IsValid(host)
            ? $"{System.Convert.ToHexStringLower(random)}@{host}"
            : throw new ComposeException("The domain of a message-id has no form in ASCII");
    }

    internal IEnumerable<OutgoingField> AllFields()
    {
        if (Date is { } date)
            yield return new DateField("Date", date);
        if (From.Count > 0)
            yield return new AddressField("From", From);
        if (Sender is not null)
            yield return new AddressField("Sender", [Sender]);
        if (ReplyTo.Count > 0)
            yield return new AddressField("Reply-To", ReplyTo);
        if (To.Count > 0)
            yield return new AddressField("To", To);
        if (Cc.Count > 0)
            yield return new AddressField("Cc", Cc);
        if (Bcc.Count > 0)
            yield return new AddressField("Bcc", Bcc);
        if (Subject is not null)
            yield return new TextField("Subject", Subject);
        if (MessageId is not null)
            yield return new MessageIdField("Message-ID", [MessageId]);
        if (InReplyTo.Count > 0)
            yield return new MessageIdField("In-Reply-To", InReplyTo) { IsLenient = true };
        if (References.Count > 0)
            yield return new MessageIdField("References", FirstAndLast(References)) { IsLenient = true };
        foreach (var field in Fields)
            yield return field;
    }

    static IReadOnlyList<string> FirstAndLast(IReadOnlyList<string> ids) =>
        ids.Count <= MessageIndex.MaxReferences ? ids : [ids[0], .. ids.TakeLast(MessageIndex.MaxReferences - 1)];
}
