using System.Text;
using Cloud.Mail;
using Cloud.Mail.Charsets;
using Cloud.Mail.Encodings;
using Cloud.Mail.Headers;
using Cloud.Tests.Mail.Outside;

namespace Cloud.Tests.Mail.Differential;

/// <summary>What our index says of a message, in the form of describe.py.</summary>
static class MessageDescription
{
    /// <param name="Value">As we read it.</param>
    /// <param name="Raw">The octets it is read of, as Latin-1: the field's value, or the part with its header.</param>
    public readonly record struct Item(string? Value, string Raw);

    public static Dictionary<string, Item> Of(byte[] message)
    {
        var index = Messages.Scan(message);
        var header = message.AsSpan(0, (int)index.HeaderLength);
        var items = new Dictionary<string, Item>
        {
            ["subject"] = new(index.Envelope.Subject.IsNil ? null : index.Subject, Raw(header, "subject"u8)),
            ["from"] = new(Addresses(index.Envelope.From), Raw(header, "from"u8)),
            ["to"] = new(Addresses(index.Envelope.To), Raw(header, "to"u8)),
            ["date"] = new(Goldens.Date(index.SentDate)?.Remove(23, 1), Raw(header, "date"u8)),
            ["tree"] = new(Tree(index.Body), Encoding.Latin1.GetString(message)),
        };
        var number = 0;
        foreach (var part in Leaves(index.Body))
        {
            var body = message.AsSpan((int)part.BodyStart, (int)part.BodyLength);
            var raw = Encoding.Latin1.GetString(message[(int)part.HeaderStart..(int)part.BodyEnd]);
            var decoded = TransferCoder.Decoder(part.Encoding).Convert(body);
            items[$"body {number}"] = new(Encoding.Latin1.GetString(decoded), raw);
            items[$"name {number}"] = new(ParameterText.FileName(part), raw);
            if (part.IsText)
                items[$"text {number}"] = new(Charset.Decode(part.Parameter("charset"u8).ToString(), decoded), raw);
            number++;
        }

        return items;
    }

    static string Raw(ReadOnlySpan<byte> header, ReadOnlySpan<byte> name)
    {
        foreach (var field in new HeaderReader(header))
        {
            if (field.Is(name))
                return Encoding.Latin1.GetString(field.Value);
        }

        return "";
    }

    /// <summary>One a line.</summary>
    static string Addresses(IEnumerable<Address> addresses) =>
        string.Join(
            '\n',
            addresses.Where(a => a.IsMailbox).Select(a => $"{EncodedWords.Decode(a.Name.Span)} <{Spec(a)}>")
        );

    /// <summary>They quote a local part that needs it.</summary>
    static string Spec(Address address) =>
        address.Mailbox.Span.Contains((byte)' ') ? $"\"{address.Mailbox}\"@{address.Host}" : address.Spec;

    static string Tree(BodyPart part)
    {
        var kind = $"{part.Type}/{part.Subtype}".ToLowerInvariant();
        return part.Message is { } message ? $"{kind}({Tree(message.Body)})"
            : part.Parts.Count > 0 ? $"{kind}({string.Join(',', part.Parts.Select(Tree))})"
            : kind;
    }

    static IEnumerable<BodyPart> Leaves(BodyPart part) =>
        part.Message is { } message ? Leaves(message.Body)
        : part.Parts.Count > 0 ? part.Parts.SelectMany(Leaves)
        : [part];
}
