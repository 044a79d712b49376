using System.Globalization;
using System.Text;
using Cloud.Mail;
using Cloud.Mail.Bodies;
using Cloud.Mail.Encodings;
using Cloud.Mail.Headers;
using Cloud.Mail.Reports;
using Cloud.Mail.Tnef;
using Cloud.Tests.Mail.Tnef;

namespace Cloud.Tests.Mail;

/// <summary>What is read of a message on demand, beside its index: fields decoded, bodies, reports. One line an item.</summary>
/// <remarks>Line ends of bodies are shown as LF, so that a message reads the same in both forms.</remarks>
/// <param name="trimCr">Its lines end in CRLF: a CR before a LF is no text.</param>
sealed class ReadingText(byte[] message, MessageIndex index, bool trimCr)
{
    readonly StringBuilder text = new();

    public static string Of(byte[] message, MessageIndex index, bool trimCr) =>
        new ReadingText(message, index, trimCr).Write();

    string Write()
    {
        WriteHeader();
        WriteSelection();
        WriteParts("", index.Body);
        if (ReportReader.Read(message, index) is { } report)
            WriteReport(report);
        return text.ToString();
    }

    void WriteHeader()
    {
        var names = new List<string>();
        var values = new StringBuilder();
        foreach (var field in new HeaderReader(message.AsSpan(0, (int)index.HeaderLength)))
        {
            names.Add(Encoding.Latin1.GetString(field.Name));
            if (Field(names[^1].ToLowerInvariant(), field.Value) is { } value)
                values.AppendLine(value);
        }

        text.AppendLine($"fields {string.Join(' ', names)}");
        if (!index.Envelope.Subject.IsNil)
            text.AppendLine($"subject \"{index.Subject}\", base \"{BaseSubject.Of(index.Subject).Text}\"");
        if (!index.Envelope.Date.IsNil)
            text.AppendLine($"date {Shown(index.SentDate)}");
        if (!index.Envelope.MessageId.IsNil)
            text.AppendLine($"message-id {index.MessageId}");
        if (!index.Envelope.InReplyTo.IsNil)
            text.AppendLine($"in-reply-to {string.Join(' ', index.InReplyTo)}");
        text.Append(values);
    }

    static string? Field(string name, ReadOnlySpan<byte> value) =>
        name switch
        {
            "from" or "sender" or "reply-to" or "to" or "cc" or "bcc" => $"{name} {Addresses(value)}",
            "comments" => $"{name} \"{HeaderText.Decode(value)}\"",
            "keywords" => $"{name} {string.Join(" | ", Phrases.Parse(value))}",
            "received" => Hop(Received.Parse(value)),
            "authentication-results" => Verdicts(AuthenticationResults.Parse(value)),
            "list-id" => $"{name} {ListField.Id(value) ?? "none"}",
            _ when name.StartsWith("list-", StringComparison.Ordinal) =>
                $"{name} {string.Join(" | ", ListField.Uris(value))}",
            _ => null,
        };

    static string Addresses(ReadOnlySpan<byte> value) =>
        string.Join(
            ", ",
            AddressList
                .Parse(value)
                .Select(a =>
                    a.IsGroupStart ? $"{EncodedWords.Decode(a.Mailbox.Span)}:"
                    : a.IsGroupEnd ? ";"
                    : $"{EncodedWords.Decode(a.Name.Span)} <{a.Spec}>{(a.Adl.IsNil ? "" : $" by {a.Adl}")}"
                )
        );

    static string Hop(Received hop) =>
        $"received from {hop.From} at {hop.FromAddress} named {hop.FromName} helo {hop.Helo} by {hop.By} via {hop.Via}"
        + $" with {hop.With} id {hop.Id} for {hop.For} on {Shown(hop.Date)}";

    static string Verdicts(AuthenticationResults? results) =>
        results is null
            ? "authentication by nobody"
            : $"authentication by \"{results.Server}\" in version {results.Version}"
                + string.Concat(results.Results.Select(Verdict));

    static string Verdict(AuthenticationResult result) =>
        $"; {result.Method}={result.Result}{(result.Reason is null ? "" : $" because \"{result.Reason}\"")}"
        + string.Concat(result.Properties.Select(property => $" {property.Name}=\"{property.Value}\""));

    void WriteSelection()
    {
        var selection = BodySelection.Of(index.Body);
        text.AppendLine($"text {Places(selection.Text)}, html {Places(selection.Html)}");
        text.AppendLine($"attached {Places(selection.Attachments)}, of that inline {Places(selection.Inline)}");
    }

    /// <summary>Parts by their line in the message: it is the same in both forms.</summary>
    string Places(IEnumerable<BodyPart> parts) =>
        $"[{string.Join(' ', parts.Select(part => $"line {Line(part.BodyStart)}"))}]";

    int Line(long offset) => message.AsSpan(0, (int)offset).Count((byte)'\n') + 1;

    void WriteParts(string section, BodyPart part)
    {
        var prefix = section.Length == 0 ? "" : section + ".";
        if (part.Message is { } inside)
        {
            text.AppendLine($"[{section}] message \"{EncodedWords.Decode(inside.Envelope.Subject.Span)}\"");
            WriteParts($"{prefix}m", inside.Body);
        }
        else if (part.Parts.Count == 0)
            WriteLeaf(section, part);
        for (var i = 0; i < part.Parts.Count; i++)
            WriteParts($"{prefix}{i + 1}", part.Parts[i]);
    }

    void WriteLeaf(string section, BodyPart part)
    {
        var raw = message.AsSpan((int)part.BodyStart, (int)part.BodyLength);
        var decoded = TransferCoder.Decoder(part.Encoding).Convert(raw);
        text.Append($"[{section}] line {Line(part.BodyStart)}");
        text.Append(ParameterText.FileName(part) is { } name ? $" named \"{name}\"" : "");
        if (part.IsText)
            text.AppendLine($" text {Quote(PartText.Of(part, raw))}");
        else
            text.AppendLine(
                $" octets {(TnefReader.IsTnef(part) ? "" : Quote(Encoding.Latin1.GetString(decoded), isExact: part.Encoding.EqualsIgnoreCase("base64"u8)))}"
            );
        if (part.IsText && ReplyText.Of(PartText.Of(part, raw)) is { Quoted.Length: > 0 } or { Signature.Length: > 0 })
            WriteReply(ReplyText.Of(PartText.Of(part, raw)));
        if (TnefReader.IsTnef(part) && TnefReader.Read(decoded) is { } tnef)
            WriteTnef(tnef, decoded);
    }

    void WriteReply(ReplyText reply) =>
        text.AppendLine($"  own {Quote(reply.Own)} quoted {Quote(reply.Quoted)} signed {Quote(reply.Signature)}");

    void WriteTnef(TnefMessage tnef, byte[] octets)
    {
        text.Append($"  {tnef.MessageClass} \"{tnef.Subject}\" damaged {tnef.IsDamaged} text \"{tnef.Text}\"");
        var rtf = TnefFile.Rtf(tnef.Rtf.Of(octets));
        text.AppendLine($" html \"{tnef.Html}\" rtf \"{Encoding.Latin1.GetString(rtf)}\"");
        foreach (var file in tnef.Attachments)
            text.AppendLine(
                $"  {file.Kind} \"{file.Name}\" {file.ContentType} {file.ContentId} "
                    + Quote(Encoding.Latin1.GetString(file.Data.Of(octets)), isExact: true)
            );
    }

    void WriteReport(ReceivedReport report)
    {
        text.AppendLine($"report {report.Form} of {report.OriginalMessageId} \"{report.Original?.Subject}\"");
        if (report.Disposition is { } read)
            text.AppendLine(
                $"  {read.Disposition} for {Shown(read.FinalRecipient)} of {Shown(read.OriginalRecipient)} by {read.ReportingUa} "
                    + $"through {Shown(read.Gateway)} about {read.OriginalMessageId} errors {string.Join(" | ", read.Errors)} "
                    + string.Join(" | ", read.Extensions)
            );
        if (report.Feedback is { } feedback)
            text.AppendLine(
                $"  {feedback.Type} by {feedback.UserAgent} at {Shown(feedback.ReportingMta)} on {Shown(feedback.ArrivalDate)} "
                    + $"from {feedback.OriginalMailFrom} to {string.Join(" | ", feedback.OriginalRecipients)}"
            );
        if (report.Delivery is not { } delivery)
            return;
        text.AppendLine(
            $"  envelope {delivery.EnvelopeId} by {Shown(delivery.ReportingMta)} on {Shown(delivery.ArrivalDate)} "
                + string.Join(" | ", delivery.Extensions)
        );
        foreach (var to in delivery.Recipients)
            text.AppendLine(
                $"  {to.Action} {to.Status} for {to.Address} at {Shown(to.FinalRecipient)} of {Shown(to.OriginalRecipient)} "
                    + $"by {Shown(to.RemoteMta)} said {Shown(to.DiagnosticCode)} on {Shown(to.LastAttempt)} until {Shown(to.RetryUntil)}"
            );
    }

    static string Shown(DateTimeOffset? date) =>
        date?.ToString("yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture) ?? "no date";

    static string Shown(TypedText? value) => value is { } known ? $"{known.Type};{known.Text}" : "nobody";

    /// <summary>What no editor shows is escaped.</summary>
    string Quote(string body, bool isExact = false)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in trimCr && !isExact ? body.Replace("\r\n", "\n", StringComparison.Ordinal) : body)
            quoted.Append(
                c == '\n' ? "\\n"
                : c == '\\' ? "\\\\"
                : char.IsControl(c) || c == '\uFFFD' || char.IsSurrogate(c) ? $"\\u{(int)c:X4}"
                : c
            );
        return quoted.Append('"').ToString();
    }
}
