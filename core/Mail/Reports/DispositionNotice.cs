using System.Text;
using Cloud.Mail.Compose;

namespace Cloud.Mail.Reports;

/// <summary>A message disposition notification to send: RFC 8098 §3. Its envelope sender is empty.</summary>
public sealed record DispositionNotice
{
    public required DispositionReport Report { get; init; }

    /// <summary>Whoever read the message.</summary>
    public required NamedAddress From { get; init; }

    /// <summary>The message's Disposition-Notification-To.</summary>
    public required IReadOnlyList<NamedAddress> To { get; init; }
    public required DateTimeOffset Date { get; init; }
    public required string MessageId { get; init; }

    /// <summary>As <see cref="OutgoingMessage.Seed"/>.</summary>
    public required ReadOnlyMemory<byte> Seed { get; init; }

    /// <summary>Decoded; null if it has none.</summary>
    public string? OriginalSubject { get; init; }
    public ReturnedMessage? Returned { get; init; }

    /// <summary>The message came by SMTPUTF8, and so may the report: message/global-disposition-notification.</summary>
    /// <remarks>Without it too, that is what names a message by an id beyond ASCII, encoded as it must be (RFC 6533 §6.5).</remarks>
    public bool IsGlobal { get; init; }

    /// <summary>For a person; null for a sentence that says what the report says.</summary>
    public string? Text { get; init; }

    public OutgoingMessage ToMessage()
    {
        var isGlobal = IsGlobal || Report.OriginalMessageId is { } named && !Ascii.IsValid(named);
        var report = DispositionReportText.Write(Report, isGlobal);
        var type = isGlobal ? "message/global-disposition-notification" : "message/disposition-notification";
        MimePart[] parts =
        [
            new TextPart(Text ?? Sentence()),
            new DataPart(OctetSource.Of(report), type) { IsText = true },
            .. Returned is null ? Array.Empty<MimePart>() : [Returned.ToPart()],
        ];
        return new OutgoingMessage
        {
            Date = Date,
            From = [From],
            To = To,
            Subject = $"{Heading}: {(string.IsNullOrWhiteSpace(OriginalSubject) ? "your message" : OriginalSubject)}",
            MessageId = MessageId,
            References = Report.OriginalMessageId is { } id ? [id] : [],
            Fields = [new RawField("Auto-Submitted", "auto-replied")], // RFC 8098 §3
            Body = new Multipart("report", [.. parts])
            {
                Parameters = [new("report-type", "disposition-notification")],
            },
            Seed = Seed,
        };
    }

    string Heading =>
        Report.Disposition.Type switch
        {
            MessageDisposition.Displayed => "Read",
            MessageDisposition.Deleted => "Deleted",
            _ => "Receipt",
        };

    string Sentence() =>
        Report.Disposition.Type switch
        {
            MessageDisposition.Displayed =>
                "Your message was shown on the recipient's screen. This does not say that it was read or understood.\n",
            MessageDisposition.Deleted => "Your message was deleted. The recipient may or may not have seen it.\n",
            "dispatched" => "Your message was sent on to somebody else.\n",
            "processed" => "Your message was handled by a program.\n",
            _ => "This is a receipt for your message.\n",
        };
}
