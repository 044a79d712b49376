using System.Buffers;
using Cloud.Mail.Compose;
using Cloud.Mail.Headers;

namespace Cloud.Mail.Reports;

/// <summary>message/delivery-status, and its UTF-8 form message/global-delivery-status. RFC 3464 §2, RFC 6533 §4.</summary>
public static class DeliveryReportText
{
    /// <summary>Recipients taken of a report.</summary>
    public const int MaxRecipients = 1_000;

    /// <exception cref="ComposeException">There is no reporting MTA or no recipient, or a status is none.</exception>
    public static byte[] Write(DeliveryReport report, bool isGlobal)
    {
        if (report.ReportingMta is not { } mta || report.Recipients.Count == 0)
            throw new ComposeException("A delivery report names its MTA and a recipient");
        var form = isGlobal ? HeaderForm.Utf8 : HeaderForm.Ascii;
        var octets = new ArrayBufferWriter<byte>();
        var writer = new FieldWriter(octets, form);
        ReportFields.Write(writer, "Original-Envelope-Id", report.EnvelopeId);
        ReportFields.Write(writer, "Reporting-MTA", mta);
        ReportFields.Write(writer, "DSN-Gateway", report.Gateway);
        ReportFields.Write(writer, "Received-From-MTA", report.ReceivedFromMta);
        ReportFields.Write(writer, "Arrival-Date", report.ArrivalDate);
        ReportFields.WriteExtensions(writer, report.Extensions, Standard);
        foreach (var recipient in report.Recipients)
        {
            octets.Write("\r\n"u8);
            Write(writer, recipient);
        }

        return octets.WrittenSpan.ToArray();
    }

    /// <returns>Null if it names no recipient.</returns>
    /// <remarks>
    /// Lenient: blank lines missing or too many, types, actions and codes missing (told from what is there), comments,
    /// fields of the message among those of a recipient.
    /// </remarks>
    public static DeliveryReport? Parse(ReadOnlySpan<byte> octets)
    {
        var fields = ReportFields.Read(octets);
        var recipients = new List<RecipientReport>();
        var extensions = new List<KeyValuePair<string, string>>();
        var report = new DeliveryReport();
        var current = new List<ReportField>();
        foreach (var field in fields)
        {
            if (WithMessageField(report, field) is { } more)
            {
                report = more;
                continue;
            }

            // All of the current ones are of one group; they are looked through only where a recipient is named.
            var isNext =
                current.Count > 0
                && (current[^1].Group != field.Group || field.IsRecipient && current.Exists(one => one.Is(field.Name)));
            if (isNext)
                End();
            current.Add(field);
        }

        End();
        return recipients.Count == 0 ? null : report with { Recipients = recipients, Extensions = extensions };

        void End()
        {
            var isFull = recipients.Count == MaxRecipients; // what follows is of recipients too
            if (!isFull && ToRecipient(current) is { } recipient)
                recipients.Add(recipient);
            else if (!isFull && current is [{ Group: 0 }, ..]) // all are of one group
                extensions.AddRange(ReportFields.Extensions(current, OfMessage));
            current.Clear();
        }
    }

    static void Write(FieldWriter writer, RecipientReport recipient)
    {
        if (StatusCode.Find(recipient.Status) != recipient.Status)
            throw new ComposeException("A status is no enhanced status code");
        ReportFields.Write(writer, "Original-Recipient", recipient.OriginalRecipient);
        ReportFields.Write(writer, "Final-Recipient", recipient.FinalRecipient);
        ReportFields.Write(writer, "Action", Name(recipient.Action));
        ReportFields.Write(writer, "Status", recipient.Status);
        ReportFields.Write(writer, "Remote-MTA", recipient.RemoteMta);
        ReportFields.Write(writer, "Diagnostic-Code", recipient.DiagnosticCode);
        ReportFields.Write(writer, "Last-Attempt-Date", recipient.LastAttempt);
        ReportFields.Write(writer, "Final-Log-ID", recipient.FinalLogId);
        ReportFields.Write(writer, "Will-Retry-Until", recipient.RetryUntil);
        ReportFields.WriteExtensions(writer, recipient.Extensions, Standard);
    }

    static DeliveryReport? WithMessageField(DeliveryReport report, ReportField field) =>
        field.Name.ToUpperInvariant() switch
        {
            "ORIGINAL-ENVELOPE-ID" => report.EnvelopeId is null ? report with { EnvelopeId = field.Value } : report,
            "REPORTING-MTA" => report.ReportingMta is null ? report with { ReportingMta = Mta(field) } : report,
            "DSN-GATEWAY" => report.Gateway is null ? report with { Gateway = Mta(field) } : report,
            "RECEIVED-FROM-MTA" => report.ReceivedFromMta is null
                ? report with
                {
                    ReceivedFromMta = Mta(field),
                }
                : report,
            "ARRIVAL-DATE" => report.ArrivalDate is null
                ? report with
                {
                    ArrivalDate = MailDate.Parse(field.Octets),
                }
                : report,
            _ => null,
        };

    static RecipientReport? ToRecipient(List<ReportField> fields)
    {
        var original = Find(fields, "Original-Recipient");
        if ((Find(fields, "Final-Recipient") ?? original) is not { } final)
            return null;
        var diagnostic = Find(fields, "Diagnostic-Code");
        var action = Find(fields, "Action") is { } word ? Action(word.Value) : null;
        var status = StatusCode.Find(Find(fields, "Status")?.Value ?? "") ?? StatusCode.Find(diagnostic?.Value ?? "");
        return new RecipientReport
        {
            OriginalRecipient = original is { } given ? TypedText.Parse(given.Value, TypedText.Rfc822) : null,
            FinalRecipient = TypedText.Parse(final.Value, TypedText.Rfc822),
            Action = action ?? ActionOf(status),
            Status = status ?? StatusOf(action),
            RemoteMta = Find(fields, "Remote-MTA") is { } mta ? Mta(mta) : null,
            DiagnosticCode = diagnostic is { } words ? TypedText.Parse(words.Value, TypedText.Smtp) : null,
            LastAttempt = Find(fields, "Last-Attempt-Date") is { } last ? MailDate.Parse(last.Octets) : null,
            FinalLogId = Find(fields, "Final-Log-ID")?.Value,
            RetryUntil = Find(fields, "Will-Retry-Until") is { } until ? MailDate.Parse(until.Octets) : null,
            Extensions = ReportFields.Extensions(fields, OfRecipient),
        };
    }

    static readonly string[] OfMessage =
    [
        "Original-Envelope-Id",
        "Reporting-MTA",
        "DSN-Gateway",
        "Received-From-MTA",
        "Arrival-Date",
    ];

    static readonly string[] OfRecipient =
    [
        "Original-Recipient",
        "Final-Recipient",
        "Action",
        "Status",
        "Remote-MTA",
        "Diagnostic-Code",
        "Last-Attempt-Date",
        "Final-Log-ID",
        "Will-Retry-Until",
    ];

    static readonly string[] Standard = [.. OfMessage, .. OfRecipient];

    static ReportField? Find(List<ReportField> fields, string name)
    {
        foreach (var field in fields)
        {
            if (field.Is(name))
                return field;
        }

        return null;
    }

    static TypedText Mta(ReportField field) => TypedText.Parse(field.Value, TypedText.Dns);

    static string Name(DeliveryAction action) =>
        action switch
        {
            DeliveryAction.Failed => "failed",
            DeliveryAction.Delayed => "delayed",
            DeliveryAction.Delivered => "delivered",
            DeliveryAction.Relayed => "relayed",
            _ => "expanded",
        };

    static DeliveryAction? Action(string word)
    {
        foreach (var action in Enum.GetValues<DeliveryAction>())
        {
            if (word.TrimStart().StartsWith(Name(action), StringComparison.OrdinalIgnoreCase))
                return action;
        }

        return null;
    }

    static DeliveryAction ActionOf(string? status) =>
        status?[0] switch
        {
            '2' => DeliveryAction.Delivered,
            '4' => DeliveryAction.Delayed,
            _ => DeliveryAction.Failed,
        };

    static string StatusOf(DeliveryAction? action) =>
        action switch
        {
            null or DeliveryAction.Failed => "5.0.0",
            DeliveryAction.Delayed => "4.0.0",
            _ => "2.0.0",
        };
}
