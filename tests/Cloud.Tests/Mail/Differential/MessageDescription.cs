using Cloud.Mail;
using Cloud.Mail.Charsets;
using Cloud.Mail.Encodings;
using Cloud.Mail.Headers;
using Cloud.Tests.Mail.Outside;

namespace Cloud.Tests.Mail.Differential;

/// <summary>What our index says of a message, in the form of describe.py.</summary>
static class MessageDescription
{
    public static Dictionary<string, string?> Of(byte[] message)
    {
        var index = Messages.Scan(message);
        var items = new Dictionary<string, string?>
        {
            ["subject"] = index.Envelope.Subject.IsNil ? null : index.Subject,
            ["from"] = Addresses(index.Envelope.From),
            ["to"] = Addresses(index.Envelope.To),
            ["date"] = Goldens.Date(index.SentDate)?.Remove(23, 1),
            ["tree"] = Tree(index.Body),
        };
        var number = 0;
        foreach (var part in Leaves(index.Body))
        {
            var body = message.AsSpan((int)part.BodyStart, (int)part.BodyLength);
            var decoded = TransferCoder.Decoder(part.Encoding).Convert(body);
            items[$"body {number}"] = Convert.ToBase64String(decoded);
            items[$"name {number}"] = ParameterText.FileName(part);
            if (part.IsText)
                items[$"text {number}"] = Charset.Decode(part.Parameter("charset"u8).ToString(), decoded);
            number++;
        }

        return items;
    }

    static string Addresses(IEnumerable<Address> addresses) =>
        string.Join(
            ", ",
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
