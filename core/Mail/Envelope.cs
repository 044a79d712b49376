using Cloud.Mail.Headers;

namespace Cloud.Mail;

/// <summary>The header fields of an IMAP ENVELOPE, unfolded but still encoded. RFC 9051 §7.5.2.</summary>
/// <remarks>
/// A field that occurs twice counts once, the first time, save that To, Cc and Bcc are joined. Empty lists where
/// the field is missing: IMAP shows <see cref="SenderOrFrom"/> and <see cref="ReplyToOrFrom"/>.
/// </remarks>
public sealed record Envelope(
    Octets Date,
    Octets Subject,
    IReadOnlyList<Address> From,
    IReadOnlyList<Address> Sender,
    IReadOnlyList<Address> ReplyTo,
    IReadOnlyList<Address> To,
    IReadOnlyList<Address> Cc,
    IReadOnlyList<Address> Bcc,
    Octets InReplyTo,
    Octets MessageId
)
{
    public static readonly Envelope Empty = new(default, default, [], [], [], [], [], [], default, default);

    /// <summary>RFC 9051 §7.5.2: a missing or empty Sender is the same as From.</summary>
    public IReadOnlyList<Address> SenderOrFrom => Sender.Count == 0 ? From : Sender;

    /// <summary>RFC 9051 §7.5.2: a missing or empty Reply-To is the same as From.</summary>
    public IReadOnlyList<Address> ReplyToOrFrom => ReplyTo.Count == 0 ? From : ReplyTo;

    /// <summary>
    /// Addresses of a message that <see cref="Parse"/> takes, all fields together: five times what the largest services
    /// take recipients of a message. The rest is left out of ENVELOPE; who wants them fetches the header, which is whole.
    /// </summary>
    public const int MaxAddresses = 10_000;

    /// <summary>Known fields that <see cref="Parse"/> takes of a header, To, Cc and Bcc each time that they occur.</summary>
    public const int MaxFields = 10_000;

    /// <summary>Reads a header block with wider caps than the index's: for messages whose index is truncated.</summary>
    /// <param name="header">The block, with or without its blank line; its first <see cref="MessageScanner.MaxHeaderBlock"/>.</param>
    public static Envelope Parse(ReadOnlySpan<byte> header)
    {
        var fields = new KeptFields(new(int.MaxValue, int.MaxValue, 0, int.MaxValue, MaxFields));
        header = header[..Math.Min(header.Length, MessageScanner.MaxHeaderBlock)];
        foreach (var field in new HeaderReader(header))
        {
            var known = KnownFields.Find(field.Name);
            if (KnownFields.IsOfMessage(known))
                fields.Add(known, field.Value);
        }

        fields.Seal();
        var envelope = fields.Envelope(MaxAddresses, out _, MaxAddresses);
        fields.Reset();
        return envelope;
    }
}
