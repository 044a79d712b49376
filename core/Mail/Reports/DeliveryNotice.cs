using System.Globalization;
using System.Text;
using Cloud.Mail.Compose;

namespace Cloud.Mail.Reports;

/// <summary>A delivery status notification to send: RFC 3464, RFC 6522. Its envelope sender is empty (RFC 3461 §6.1).</summary>
public sealed record DeliveryNotice
{
    /// <summary>Recipients named in the text; the report has them all.</summary>
    const int MaxNamed = 50;

    public required DeliveryReport Report { get; init; }

    /// <summary>The mail system: <c>Mail delivery &lt;postmaster@here.example&gt;</c>.</summary>
    public required NamedAddress From { get; init; }

    /// <summary>The return path of the message.</summary>
    public required EmailAddress To { get; init; }
    public required DateTimeOffset Date { get; init; }
    public required string MessageId { get; init; }

    /// <summary>As <see cref="OutgoingMessage.Seed"/>.</summary>
    public required ReadOnlyMemory<byte> Seed { get; init; }

    /// <summary>The message's subject, decoded; null if it has none.</summary>
    public string? OriginalSubject { get; init; }
    public DateTimeOffset? OriginalDate { get; init; }

    /// <summary>Without angle brackets; null if it has none.</summary>
    public string? OriginalMessageId { get; init; }
    public ReturnedMessage? Returned { get; init; }

    /// <summary>The message came by SMTPUTF8, and so may the report: message/global-delivery-status.</summary>
    public bool IsGlobal { get; init; }

    public OutgoingMessage ToMessage()
    {
        var status = DeliveryReportText.Write(Report, IsGlobal);
        var type = IsGlobal ? "message/global-delivery-status" : "message/delivery-status";
        MimePart[] parts =
        [
            new TextPart(Text()),
            new DataPart(OctetSource.Of(status), type) { IsText = true },
            .. Returned is null ? Array.Empty<MimePart>() : [Returned.ToPart()],
        ];
        return new OutgoingMessage
        {
            Date = Date,
            From = [From],
            To = [new(To)],
            Subject = $"{Heading()}: {(string.IsNullOrWhiteSpace(OriginalSubject) ? "your message" : OriginalSubject)}",
            MessageId = MessageId,
            References = OriginalMessageId is null ? [] : [OriginalMessageId],
            Fields = [new RawField("Auto-Submitted", "auto-replied")], // RFC 3834 §3.1.7
            Body = new Multipart("report", [.. parts]) { Parameters = [new("report-type", "delivery-status")] },
            Seed = Seed,
        };
    }

    string Heading() =>
        Report.Worst switch
        {
            DeliveryAction.Failed => "Not delivered",
            DeliveryAction.Delayed => "Delayed",
            DeliveryAction.Relayed => "Passed on",
            _ => "Delivered",
        };

    /// <summary>What a person reads who knows nothing of mail servers: what happened, to whom, why, what to do.</summary>
    string Text()
    {
        var text = new StringBuilder();
        foreach (var group in Report.Recipients.GroupBy(recipient => recipient.Action).OrderBy(group => group.Key))
        {
            text.AppendLine(Opening(group.Key)).AppendLine();
            foreach (var recipient in group.Take(MaxNamed))
                AppendRecipient(text, recipient);
            if (group.Count() is var count and > MaxNamed)
                text.AppendLine(CultureInfo.InvariantCulture, $"    and {count - MaxNamed} more").AppendLine();
        }

        if (OriginalSubject is not null || OriginalDate is not null)
            text.AppendLine("Your message:");
        if (OriginalSubject is not null)
            text.AppendLine(CultureInfo.InvariantCulture, $"    Subject: {HeaderWords.Clean(OriginalSubject)}");
        if (OriginalDate is { } sent)
            text.AppendLine(CultureInfo.InvariantCulture, $"    Sent: {DateField.Format(sent)}");
        if (OriginalSubject is not null || OriginalDate is not null)
            text.AppendLine();
        return text.AppendLine(
                "This report was written by the mail system. Its second part has the details for experts."
            )
            .ToString();
    }

    static string Opening(DeliveryAction action) =>
        action switch
        {
            DeliveryAction.Failed => "Your message could not be delivered to:",
            DeliveryAction.Delayed =>
                "Your message could not be delivered yet to the recipients below. You need not do "
                    + "anything:\nit will be tried again by itself.",
            DeliveryAction.Delivered => "Your message was delivered to:",
            DeliveryAction.Relayed => "Your message was passed on to a mail system that does not report delivery, for:",
            _ => "Your message was delivered to a list, which sends it on to its members:",
        };

    static void AppendRecipient(StringBuilder text, RecipientReport recipient)
    {
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"    {HeaderWords.Clean(recipient.Address?.ToString() ?? recipient.FinalRecipient.Text)}"
        );
        if (recipient.Action is DeliveryAction.Failed or DeliveryAction.Delayed)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"        {StatusCode.Explain(recipient.Status)}");
            if (recipient.DiagnosticCode is { Text.Length: > 0 } words)
                text.AppendLine(
                    CultureInfo.InvariantCulture,
                    $"        {Said(recipient)}: {HeaderWords.Clean(words.Text)}"
                );
            if (recipient.RetryUntil is { } until)
                text.AppendLine(
                    CultureInfo.InvariantCulture,
                    $"        It will be given up on {DateField.Format(until)}."
                );
        }

        text.AppendLine();
    }

    static string Said(RecipientReport recipient) =>
        recipient.RemoteMta is { } mta ? $"{HeaderWords.Clean(mta.Text)} said" : "The reason given";
}
