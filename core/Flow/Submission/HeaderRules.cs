using System.Buffers;
using System.Text;
using Cloud.Mail;
using Cloud.Mail.Headers;

namespace Cloud.Flow.Submission;

/// <summary>Goes through the header of a submitted message: what stays of it, what it says, what it lacks.</summary>
/// <remarks>RFC 6409 §8: nothing is changed but what the standards ask for or let nobody miss.</remarks>
sealed class HeaderRules
{
    /// <summary>Fields that count once; a second one would be shown by one reader and not by the next.</summary>
    static readonly string[] Single = ["From", "Sender", "Date", "Message-ID", "Subject"];

    readonly HashSet<string> seen = new(StringComparer.OrdinalIgnoreCase);
    readonly ArrayBufferWriter<byte> blind = new();

    /// <summary>What stands in the way; null for nothing.</summary>
    public SubmissionFault? Fault { get; private set; }

    public IReadOnlyList<EmailAddress> Authors { get; private set; } = [];

    public EmailAddress? Sender { get; private set; }

    /// <summary>Without angle brackets; null where there is none that could be one.</summary>
    public string? MessageId { get; private set; }

    public string? Subject { get; private set; }

    public bool HasDate { get; private set; }

    public bool IsTlsOptional { get; private set; }

    /// <summary>The body is made of parts, which may have headers of their own.</summary>
    public bool HasParts { get; private set; }

    /// <summary>See <see cref="SubmittedContent.BlindFields"/>.</summary>
    public ReadOnlyMemory<byte> BlindFields => blind.WrittenMemory;

    /// <param name="header">Up to the blank line, without it.</param>
    /// <param name="keep">Called with each stretch of the header that stays, in order: where it begins, and its octets.</param>
    public void Read(ReadOnlySpan<byte> header, Action<int, int> keep)
    {
        var reader = new HeaderReader(header);
        while (Fault is null && reader.MoveNext())
        {
            var field = reader.Current;
            if (Stays(field))
                keep(header.Length - reader.Rest.Length - field.Raw.Length, field.Raw.Length);
        }
        if (Fault is null && !reader.Rest.IsEmpty)
            Fault = SubmissionFault.NoHeader;
        if (Fault is null && Authors.Count == 0)
            Fault = SubmissionFault.NoFrom;
    }

    bool Stays(HeaderField field)
    {
        var name = Encoding.ASCII.GetString(field.Name);
        var isOnce = Array.Find(Single, single => single.Equals(name, StringComparison.OrdinalIgnoreCase));
        if (isOnce is not null && !seen.Add(name))
        {
            Fault = SubmissionFault.Repeated(isOnce);
            return false;
        }
        switch (name.ToLowerInvariant())
        {
            case "from":
                Authors = TakeAuthors(field.Value);
                return true;
            case "sender":
                return TakeSender(field.Value);
            case "date":
                // RFC 6409 §8.2: one that nobody can read is replaced.
                return HasDate = MailDate.Parse(HeaderText.Unfold(field.Value)) is not null;
            case "message-id":
                return (MessageId = MessageIdOf(field.Value)) is not null;
            case "subject":
                Subject = Start(HeaderText.Decode(field.Value), SubmittedContent.MaxSubject);
                return true;
            case "content-type":
                var type = field.Value.TrimStart(" \t\r\n"u8);
                HasParts |= IsOf(type, "multipart/"u8) || IsOf(type, "message/"u8);
                return true;
            case "tls-required":
                IsTlsOptional |= Ascii.EqualsIgnoreCase(field.Value.Trim(" \t\r\n"u8), "no"u8); // RFC 8689 §5
                return true;
            case "bcc":
                if (blind.WrittenCount + field.Raw.Length <= SubmittedContent.MaxBlindFields)
                    blind.Write(field.Raw);
                return false;
            case "resent-bcc": // RFC 5322 §3.6.6: for nobody's eyes either
            case "return-path": // RFC 5321 §4.4: only the last server writes it
            case "authentication-results": // RFC 8601 §5: what an author says of himself is no result of ours
                return false;
            default:
                return true;
        }
    }

    EmailAddress[] TakeAuthors(ReadOnlySpan<byte> value)
    {
        var authors = AddressesOf(value);
        if (authors is null or [])
            Fault = SubmissionFault.BadFrom;
        return authors ?? [];
    }

    bool TakeSender(ReadOnlySpan<byte> value)
    {
        var senders = AddressesOf(value);
        if (senders is not [var sender])
        {
            Fault = SubmissionFault.BadSender;
            return false;
        }
        Sender = sender;
        return true;
    }

    /// <returns>Null when one is not whole, or there are too many.</returns>
    static EmailAddress[]? AddressesOf(ReadOnlySpan<byte> value)
    {
        var mailboxes = AddressList.Parse(value).Where(address => address.IsMailbox).ToList();
        if (mailboxes.Count > SubmittedContent.MaxAuthors)
            return null;
        var addresses = mailboxes.Select(AddressOf).OfType<EmailAddress>().ToArray();
        return addresses.Length == mailboxes.Count ? addresses : null;
    }

    static EmailAddress? AddressOf(Address address)
    {
        var (local, domain) = (address.Mailbox.ToString(), address.Host.ToString());
        if (local.Length == 0 || local.Any(char.IsControl) || !EmailAddress.IsDomain(domain))
            return null;
        var length = Encoding.UTF8.GetByteCount(local) + 1 + Encoding.UTF8.GetByteCount(domain);
        return length > EmailAddress.MaxLength ? null : new EmailAddress(local, domain);
    }

    static string? MessageIdOf(ReadOnlySpan<byte> value)
    {
        var id = MessageIds.First(new Octets(HeaderText.Unfold(value)));
        return id.IsNilOrEmpty || id.Length > SubmittedContent.MaxMessageId ? null : id.ToString();
    }

    static bool IsOf(ReadOnlySpan<byte> type, ReadOnlySpan<byte> kind) =>
        type.Length >= kind.Length && Ascii.EqualsIgnoreCase(type[..kind.Length], kind);

    /// <summary>Never half of a character.</summary>
    static string Start(string text, int most) =>
        text.Length <= most ? text
        : char.IsHighSurrogate(text[most - 1]) ? text[..(most - 1)]
        : text[..most];
}
