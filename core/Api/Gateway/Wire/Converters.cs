using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Cloud.Mail;
using Cloud.Store;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;

namespace Cloud.Api.Gateway.Wire;

/// <summary>A value that is one JSON string; what cannot be read is a fault of the body.</summary>
abstract class TextConverter<T> : JsonConverter<T>
{
    protected abstract string Write(T value);

    /// <exception cref="FormatException">It is none; or <see cref="JsonException"/>.</exception>
    protected abstract T Parse(string text);

    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String)
            throw new JsonException();
        try
        {
            return Parse(reader.GetString()!);
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            throw new JsonException(e.Message, e);
        }
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Write(value));
}

sealed class AccountIdConverter : TextConverter<AccountId>
{
    /// <summary>Characters; ours have 26.</summary>
    const int Longest = 64;

    protected override string Write(AccountId value) => value.Value ?? ""; // an AuthenticateResult that refuses has none

    protected override AccountId Parse(string text) => Of(text);

    public static AccountId Of(string text) =>
        text.Length <= Longest && text.All(char.IsAsciiLetterOrDigit)
            ? new(text)
            : throw new FormatException("Not an account");
}

/// <summary>An owner's account, or with spaces between: the account, the reader's, the reader's address.</summary>
sealed class AccessConverter : TextConverter<Access>
{
    protected override string Write(Access value) =>
        value.By is { } reader ? $"{value.Id} {reader.Account} {reader.Address}" : value.Id.Value ?? "";

    protected override Access Parse(string text) =>
        text.Split(' ', 3) switch
        {
            [var own] => new Access(AccountIdConverter.Of(own), null),
            [var account, var reader, { Length: > 0 and <= EmailAddress.MaxLength } address] => new Access(
                AccountIdConverter.Of(account),
                new(AccountIdConverter.Of(reader), address)
            ),
            _ => throw new FormatException("Neither an account nor a reader's access to one"),
        };
}

sealed class MailboxRightsConverter : TextConverter<MailboxRights>
{
    protected override string Write(MailboxRights value) => value.ToLetters();

    protected override MailboxRights Parse(string text) =>
        RightsText.Parse(text) ?? throw new FormatException("Not rights");
}

/// <summary>Local part and domain with an at sign between them, nothing quoted: a domain has none of its own.</summary>
sealed class EmailAddressConverter : TextConverter<EmailAddress>
{
    protected override string Write(EmailAddress value) => $"{value.Local}@{value.Domain}";

    protected override EmailAddress Parse(string text)
    {
        // An address literal (RFC 5321 §4.1.3) may hold one, but no bracket inside.
        var at = text.EndsWith(']') ? text.LastIndexOf("@[", StringComparison.Ordinal) : text.LastIndexOf('@');
        if (at <= 0 || text.Length > EmailAddress.MaxLength + 1 || !EmailAddress.IsDomain(text[(at + 1)..]))
            throw new FormatException("Not an address");
        return new(text[..at], text[(at + 1)..]);
    }
}

sealed class EmailIdConverter : TextConverter<EmailId>
{
    protected override string Write(EmailId value) => value.ToString();

    protected override EmailId Parse(string text) =>
        new(ulong.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
}

sealed class TransactionIdConverter : TextConverter<TransactionId>
{
    protected override string Write(TransactionId value) => value.ToString();

    protected override TransactionId Parse(string text) =>
        TransactionId.TryParse(text) ?? throw new FormatException("Not a transaction");
}

sealed class IPAddressConverter : TextConverter<IPAddress>
{
    protected override string Write(IPAddress value) => value.ToString();

    protected override IPAddress Parse(string text) => IPAddress.Parse(text);
}

/// <summary>IMAP's sequence-set syntax.</summary>
sealed class UidSetConverter : TextConverter<UidSet>
{
    protected override string Write(UidSet value) => value.ToString();

    protected override UidSet Parse(string text)
    {
        var ranges = new List<(uint First, uint Last)>();
        foreach (var part in text.AsSpan().Split(','))
        {
            var range = text.AsSpan(part);
            if (range.IsEmpty && text.Length == 0)
                break;
            var colon = range.IndexOf(':');
            ranges.Add(colon < 0 ? (Uid(range), Uid(range)) : (Uid(range[..colon]), Uid(range[(colon + 1)..])));
        }
        return UidSet.Of(ranges);
    }

    static uint Uid(ReadOnlySpan<char> text) => uint.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}

sealed class MailboxIdConverter : JsonConverter<MailboxId>
{
    public override MailboxId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetUInt32(out var number)
            ? new(number)
            : throw new JsonException();

    public override void Write(Utf8JsonWriter writer, MailboxId value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(value.Value);
}
