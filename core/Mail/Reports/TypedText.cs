using System.Text;
using Cloud.Mail.Compose;
using Cloud.Mail.Encodings;

namespace Cloud.Mail.Reports;

/// <summary>A value with its kind before a semicolon: <c>rfc822; ann@here.example</c>, <c>dns; mx.here.example</c>,
/// <c>smtp; 550 5.1.1 No such mailbox</c>. RFC 3464 §2.1.2.</summary>
public readonly record struct TypedText(string Type, string Text)
{
    public const string Rfc822 = "rfc822";
    public const string Utf8 = "utf-8";
    public const string Dns = "dns";
    public const string Smtp = "smtp";

    /// <summary>An address by its type: utf-8 (RFC 6533 §3) where it is not ASCII.</summary>
    public static TypedText Of(EmailAddress address) => new(address.IsAscii ? Rfc822 : Utf8, address.ToString());

    /// <summary>The text as an address without brackets, comments or escapes; null if it is none.</summary>
    public EmailAddress? Address
    {
        get
        {
            var plain = IsUtf8 ? Utf8Address.Decode(Text) : Text;
            var read = Headers.AddressList.Parse(Encoding.UTF8.GetBytes(plain));
            return read is [{ IsMailbox: true, Mailbox.IsNilOrEmpty: false, Host.IsNilOrEmpty: false } only]
                ? new EmailAddress(only.Mailbox.ToString(), only.Host.ToString())
                : null;
        }
    }

    bool IsUtf8 => Type.Equals(Utf8, StringComparison.OrdinalIgnoreCase);

    /// <summary>The text as a report of that form has it, whichever it came in. RFC 6533 §3, §4.1.</summary>
    /// <returns>What is labelled utf-8 and is no address stays as it is, as far as the form can hold it.</returns>
    internal string In(HeaderForm form)
    {
        if (!IsUtf8)
            return Text;
        var plain = Utf8Address.Decode(Text);
        if (form == HeaderForm.Utf8)
            return EmailAddress.TryParse(plain) is null ? Text : plain;
        return EmailAddress.TryParse(plain) is null && Ascii.IsValid(Text) ? Text : Utf8Address.Encode(plain);
    }

    /// <param name="value">As it stands in the field.</param>
    /// <param name="fallback">The type where the sender forgot it.</param>
    public static TypedText Parse(string value, string fallback)
    {
        var semicolon = value.IndexOf(';', StringComparison.Ordinal);
        if (semicolon <= 0 || value.AsSpan(0, semicolon).Trim().ContainsAny(" @<\""))
            return new(fallback, value.Trim());
        return new(value[..semicolon].Trim(), value[(semicolon + 1)..].Trim());
    }
}
