using System.Text;
using Cloud.Mail;
using Cloud.Mail.Headers;

namespace Cloud.Tests.Mail;

/// <summary>Everything an index holds, as text: one line an item.</summary>
static class IndexText
{
    public static string Of(MessageIndex index)
    {
        var text = new StringBuilder();
        text.Append($"size {index.Size}, header {index.HeaderLength}");
        text.Append(index.Truncated ? ", truncated" : "").AppendLine(index.HasAttachment ? ", attachment" : "");
        foreach (var id in index.References)
            text.AppendLine($"reference {id}");
        if (!index.Preview.IsNilOrEmpty)
            text.AppendLine($"preview \"{index.Preview}\"");
        if (!index.ListId.IsNil)
            text.AppendLine($"list {index.ListId}");
        if (!index.AutoSubmitted.IsNil)
            text.AppendLine($"auto-submitted {index.AutoSubmitted}");
        Write(text, "", index.Envelope);
        Write(text, "", index.Body, isMessage: true);
        return text.ToString();
    }

    public static string Of(Envelope envelope)
    {
        var text = new StringBuilder();
        Write(text, "", envelope);
        return text.ToString();
    }

    public static string Of(IEnumerable<Address> addresses) =>
        string.Join(" ", addresses.Select(a => $"({Quote(a.Name)} {Quote(a.Adl)} {Quote(a.Mailbox)} {Quote(a.Host)})"));

    /// <summary>A part and those below it.</summary>
    public static string Of(BodyPart part)
    {
        var text = new StringBuilder();
        Write(text, "", part, isMessage: false);
        return text.ToString();
    }

    static void Write(StringBuilder text, string indent, Envelope envelope)
    {
        Line("date", envelope.Date);
        Line("subject", envelope.Subject);
        List("from", envelope.From);
        List("sender", envelope.Sender);
        List("reply-to", envelope.ReplyTo);
        List("to", envelope.To);
        List("cc", envelope.Cc);
        List("bcc", envelope.Bcc);
        Line("in-reply-to", envelope.InReplyTo);
        Line("message-id", envelope.MessageId);

        void Line(string name, Octets value)
        {
            if (!value.IsNil)
                text.AppendLine($"{indent}{name} {Quote(value)}");
        }

        void List(string name, IReadOnlyList<Address> addresses)
        {
            if (addresses.Count > 0)
                text.AppendLine($"{indent}{name} {Of(addresses)}");
        }
    }

    static void Write(StringBuilder text, string section, BodyPart part, bool isMessage)
    {
        var name = section.Length == 0 ? "body" : section;
        text.Append($"[{name}] {part.Type}/{part.Subtype} header {part.HeaderStart}+{part.HeaderLength}");
        text.Append($" body {part.BodyStart}+{part.BodyLength} lines {part.Lines}");
        text.AppendJoin("", part.Parameters.Select(p => $" {p.Name}={Quote(p.Value)}"));
        if (!part.Encoding.IsNil)
            text.Append($" encoding {part.Encoding}");
        if (part.DecodedLength != part.BodyLength)
            text.Append($" decoded {part.DecodedLength?.ToString() ?? "?"}");
        if (!part.Id.IsNil)
            text.Append($" id {part.Id}");
        if (!part.Description.IsNil)
            text.Append($" description {Quote(part.Description)}");
        if (!part.Md5.IsNil)
            text.Append($" md5 {part.Md5}");
        if (!part.Location.IsNil)
            text.Append($" location {part.Location}");
        text.AppendJoin("", part.Languages.Select(language => $" language {language}"));
        if (part.Disposition is { } disposition)
        {
            text.Append($" disposition {disposition.Type}");
            text.AppendJoin("", disposition.Parameters.Select(p => $" {p.Name}={Quote(p.Value)}"));
        }

        text.AppendLine();
        var prefix = section.Length == 0 ? "" : section + ".";
        for (var i = 0; i < part.Parts.Count; i++)
            Write(text, $"{prefix}{i + 1}", part.Parts[i], isMessage: false);
        if (part.Message is not { } message)
            return;
        Write(text, $"[{name}] ", message.Envelope);
        Write(text, message.Body.IsMultipart ? section : $"{prefix}1", message.Body, isMessage: true);
    }

    static string Quote(Octets value) =>
        value.IsNil ? "NIL" : "\"" + Encoding.Latin1.GetString(value.Span).Replace("\0", "\\0") + "\"";
}
