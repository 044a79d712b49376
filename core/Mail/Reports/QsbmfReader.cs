using Cloud.Mail.Charsets;

namespace Cloud.Mail.Reports;

/// <summary>qmail's bounces, which are text for people in a shape that programs can read (QSBMF).</summary>
/// <remarks>
/// Paragraphs: a greeting, one for each recipient (<c>&lt;address&gt;:</c> and the reason), a line of hyphens, the
/// message.
/// </remarks>
static class QsbmfReader
{
    static ReadOnlySpan<byte> Greeting => "Hi. This is the"u8;

    public static ReceivedReport? Read(ReadOnlySpan<byte> message, MessageIndex index)
    {
        if (!index.Body.IsText)
            return null;
        ReadOnlySpan<byte> text = ReportReader.Content(index.Body, message);
        text = text.TrimStart("\r\n "u8);
        if (!text.StartsWith(Greeting))
            return null;

        var recipients = new List<RecipientReport>();
        Envelope? original = null;
        while (!text.IsEmpty)
        {
            var paragraph = Paragraph(ref text);
            if (paragraph.StartsWith("-"u8))
            {
                original = Envelope.Parse(text.TrimStart("\r\n"u8));
                break;
            }

            if (paragraph.StartsWith("<"u8) && recipients.Count < DeliveryReportText.MaxRecipients)
                AddRecipient(paragraph, recipients);
        }

        return recipients.Count == 0
            ? null
            : new ReceivedReport
            {
                Form = ReportForm.Qsbmf,
                Delivery = new DeliveryReport { Recipients = recipients },
                Original = original,
                OriginalMessageId = ReportReader.Id(original),
            };
    }

    static void AddRecipient(ReadOnlySpan<byte> paragraph, List<RecipientReport> recipients)
    {
        var end = paragraph.IndexOf(">:"u8);
        if (end < 2)
            return;
        var reason = Charset.Guess(paragraph[(end + 2)..]).ReplaceLineEndings(" ").Trim();
        var report = ReportReader.Failed(Charset.Guess(paragraph[1..end]), ReportReader.FailureStatus(reason));
        recipients.Add(report with { DiagnosticCode = new TypedText("x-qmail", reason) });
    }

    /// <summary>Up to the next blank line.</summary>
    static ReadOnlySpan<byte> Paragraph(ref ReadOnlySpan<byte> text)
    {
        for (var at = 0; at < text.Length; )
        {
            var lf = text[at..].IndexOf((byte)'\n');
            if (lf < 0)
                break;
            var isBlank = text.Slice(at, lf).Trim("\r \t"u8).IsEmpty;
            if (isBlank)
            {
                var paragraph = text[..at];
                text = text[(at + lf + 1)..];
                return paragraph;
            }

            at += lf + 1;
        }

        var rest = text;
        text = [];
        return rest;
    }
}
