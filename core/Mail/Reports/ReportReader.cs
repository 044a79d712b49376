using System.Text;
using Cloud.Mail.Compose;
using Cloud.Mail.Encodings;
using Cloud.Mail.Headers;

namespace Cloud.Mail.Reports;

/// <summary>Tells whether a message is a report, and what it reports. Never throws, however bad the mail.</summary>
public static class ReportReader
{
    /// <summary>Octets of a part that are looked at.</summary>
    const int MaxPart = ReportFields.MaxOctets;

    /// <summary>Parts looked through; a report has three.</summary>
    const int MaxParts = 100;

    /// <param name="message">The message, or as much of its beginning as one cares to read; 1 MiB is plenty.</param>
    /// <param name="index">Of the message.</param>
    /// <returns>Null if it is no report, or none that can be understood.</returns>
    public static ReceivedReport? Read(ReadOnlySpan<byte> message, MessageIndex index)
    {
        var parts = new List<BodyPart>();
        Collect(index.Body, parts);
        var original = Original(parts, message);
        foreach (var part in parts)
        {
            if (IsStatus(part, parts) && DeliveryReportText.Parse(Content(part, message)) is { } delivery)
                return Standard(original, Named(delivery)) with { Delivery = delivery };
            if (IsDisposition(part) && DispositionReportText.Parse(Content(part, message)) is { } disposition)
                return Standard(original, disposition.OriginalMessageId) with { Disposition = disposition };
            if (IsFeedback(part, parts) && FeedbackReport.Parse(Content(part, message)) is { } feedback)
                return Standard(original, null) with { Feedback = feedback };
        }

        return QsbmfReader.Read(message, index) ?? FailedRecipients(message, index, original);
    }

    /// <summary>Whether a feedback report may be in it, by what its index says: nothing is read for it.</summary>
    public static bool MayHoldFeedback(MessageIndex index)
    {
        var parts = new List<BodyPart>();
        Collect(index.Body, parts);
        return parts.Exists(part => IsFeedback(part, parts));
    }

    internal static byte[] Content(BodyPart part, ReadOnlySpan<byte> message)
    {
        var start = (int)Math.Min(part.BodyStart, message.Length);
        var length = (int)Math.Min(Math.Min(part.BodyLength, message.Length - start), MaxPart);
        return TransferCoder.Decoder(part.Encoding).Convert(message.Slice(start, length));
    }

    /// <summary>Not what is in messages inside: their reports are not about this one's sender.</summary>
    static void Collect(BodyPart part, List<BodyPart> parts)
    {
        if (parts.Count == MaxParts)
            return;
        parts.Add(part);
        foreach (var child in part.Parts)
            Collect(child, parts);
    }

    static bool IsStatus(BodyPart part, List<BodyPart> parts) =>
        part.Is("message"u8, "delivery-status"u8)
        || part.Is("message"u8, "global-delivery-status"u8)
        || IsText(part, parts, "delivery-status"u8);

    static bool IsDisposition(BodyPart part) =>
        part.Is("message"u8, "disposition-notification"u8) || part.Is("message"u8, "global-disposition-notification"u8);

    static bool IsFeedback(BodyPart part, List<BodyPart> parts) =>
        part.Is("message"u8, "feedback-report"u8) || IsText(part, parts, "feedback-report"u8);

    /// <summary>The second part of such a report, which some label as text.</summary>
    static bool IsText(BodyPart part, List<BodyPart> parts, ReadOnlySpan<byte> reportType) =>
        parts[0].Parameter("report-type"u8).EqualsIgnoreCase(reportType)
        && parts[0].Parts.Count > 1
        && ReferenceEquals(parts[0].Parts[1], part)
        && part.IsText;

    static ReceivedReport Standard(Envelope? original, string? named) =>
        new()
        {
            Form = ReportForm.Standard,
            Original = original,
            OriginalMessageId = Id(original) ?? named,
        };

    /// <summary>Some put the id among the fields of the report: Gmail does.</summary>
    static string? Named(DeliveryReport delivery)
    {
        foreach (var (name, value) in delivery.Extensions.Concat(delivery.Recipients.SelectMany(r => r.Extensions)))
        {
            var isId = name.Equals("X-Original-Message-ID", StringComparison.OrdinalIgnoreCase);
            if (isId && MessageIds.First(Octets.From(value)) is { IsNilOrEmpty: false } id)
                return id.ToString();
        }

        return null;
    }

    static Envelope? Original(List<BodyPart> parts, ReadOnlySpan<byte> message)
    {
        foreach (var part in parts)
        {
            if (part.Message is { } inside)
                return inside.Envelope;
            var isHeader =
                part.Is("text"u8, "rfc822-headers"u8)
                || part.Is("message"u8, "global-headers"u8)
                || part.IsMessage // encoded, so that the index did not look inside
                || IsReturnedFile(part, parts);
            if (isHeader)
                return Envelope.Parse(Content(part, message));
        }

        return null;
    }

    /// <summary>The third part of a report as a file: the message could not travel as one (<see cref="MessagePart"/>).</summary>
    static bool IsReturnedFile(BodyPart part, List<BodyPart> parts) =>
        parts[0].Is("multipart"u8, "report"u8)
        && parts[0].Parts.Count > 2
        && ReferenceEquals(parts[0].Parts[2], part)
        && ParameterText.FileName(part) is { } name
        && name.EndsWith(".eml", StringComparison.OrdinalIgnoreCase);

    internal static string? Id(Envelope? envelope) =>
        envelope is not null && MessageIds.First(envelope.MessageId) is { IsNilOrEmpty: false } id
            ? id.ToString()
            : null;

    static ReceivedReport? FailedRecipients(ReadOnlySpan<byte> message, MessageIndex index, Envelope? original)
    {
        var header = message[..(int)Math.Min(Math.Min(index.HeaderLength, message.Length), MaxPart)];
        var recipients = new List<RecipientReport>();
        string? status = null; // decoding the body costs; most messages have no such field
        foreach (var field in new HeaderReader(header))
        {
            if (!field.Is("X-Failed-Recipients"u8))
                continue;
            status ??= FailureStatus(Encoding.UTF8.GetString(Content(index.Body, message)));
            foreach (var address in AddressList.Parse(field.Value))
            {
                if (address.IsMailbox && recipients.Count < DeliveryReportText.MaxRecipients)
                    recipients.Add(Failed(address.Spec, status));
            }
        }

        if (recipients.Count == 0)
            return null;
        return new ReceivedReport
        {
            Form = ReportForm.FailedRecipients,
            Delivery = new DeliveryReport { Recipients = recipients },
            Original = original,
            OriginalMessageId = Id(original),
        };
    }

    internal static RecipientReport Failed(string address, string status) =>
        new()
        {
            FinalRecipient = new(TypedText.Rfc822, address),
            Action = DeliveryAction.Failed,
            Status = status,
        };

    /// <summary>What the text says, if it says that it failed for good.</summary>
    internal static string FailureStatus(string text) => StatusCode.Find(text) is ['5', ..] status ? status : "5.0.0";
}
