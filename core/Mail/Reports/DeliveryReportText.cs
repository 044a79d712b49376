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
        Text(writer, "Original-Envelope-Id", report.EnvelopeId);
        Typed(writer, "Reporting-MTA", mta);
        Typed(writer, "DSN-Gateway", report.Gateway);
        Typed(writer, "Received-From-MTA", report.ReceivedFromMta);
        Date(writer, "Arrival-Date", report.ArrivalDate);
        foreach (var (name, value) in report.Extensions)
            Text(writer, name, value);
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
                && (
                    current[^1].Group != field.Group || IsRecipient(field) && current.Exists(one => one.Is(field.Name))
                );
            if (isNext)
                End();
            current.Add(field);
        }

        End();
        return recipients.Count == 0 ? null : report with { Recipients = recipients, Extensions = extensions };

        void End()
        {
            if (ToRecipient(current) is not { } recipient)
                extensions.AddRange(current.Where(field => field.Group == 0).Select(Pair));
            else if (recipients.Count < MaxRecipients)
                recipients.Add(recipient);
            current.Clear();
        }
    }

    static void Write(FieldWriter writer, RecipientReport recipient)
    {
        if (StatusCode.Find(recipient.Status) != recipient.Status)
            throw new ComposeException("A status is no enhanced status code");
        Typed(writer, "Original-Recipient", recipient.OriginalRecipient);
        Typed(writer, "Final-Recipient", recipient.FinalRecipient);
        Text(writer, "Action", Name(recipient.Action));
        Text(writer, "Status", recipient.Status);
        Typed(writer, "Remote-MTA", recipient.RemoteMta);
        Typed(writer, "Diagnostic-Code", recipient.DiagnosticCode);
        Date(writer, "Last-Attempt-Date", recipient.LastAttempt);
        Text(writer, "Final-Log-ID", recipient.FinalLogId);
        Date(writer, "Will-Retry-Until", recipient.RetryUntil);
        foreach (var (name, value) in recipient.Extensions)
            Text(writer, name, value);
    }

    static DeliveryReport? WithMessageField(DeliveryReport report, ReportField field) =>
        field.Name.ToUpperInvariant() switch
        {
            "ORIGINAL-ENVELOPE-ID" => report with { EnvelopeId = report.EnvelopeId ?? field.Value },
            "REPORTING-MTA" => report with { ReportingMta = report.ReportingMta ?? Mta(field) },
            "DSN-GATEWAY" => report with { Gateway = report.Gateway ?? Mta(field) },
            "RECEIVED-FROM-MTA" => report with { ReceivedFromMta = report.ReceivedFromMta ?? Mta(field) },
            "ARRIVAL-DATE" => report with { ArrivalDate = report.ArrivalDate ?? MailDate.Parse(field.Octets) },
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
            Extensions = [.. fields.Where(field => !IsKnown(field.Name)).Select(Pair)],
        };
    }

    static readonly string[] Known =
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

    static bool IsKnown(string name) => Known.Contains(name, StringComparer.OrdinalIgnoreCase);

    static bool IsRecipient(ReportField field) => field.Is("Final-Recipient") || field.Is("Original-Recipient");

    static ReportField? Find(List<ReportField> fields, string name)
    {
        var at = fields.FindIndex(field => field.Is(name));
        return at < 0 ? null : fields[at];
    }

    static KeyValuePair<string, string> Pair(ReportField field) => new(field.Name, field.Value);

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

    static void Text(FieldWriter writer, string name, string? value)
    {
        if (value is not null)
            ReportFields.Field(name, value, writer.Form).WriteTo(writer);
    }

    static void Typed(FieldWriter writer, string name, TypedText? value)
    {
        if (value is { } typed)
            ReportFields.Field(name, typed, writer.Form).WriteTo(writer);
    }

    static void Date(FieldWriter writer, string name, DateTimeOffset? date)
    {
        if (date is { } known)
            new DateField(name, known).WriteTo(writer);
    }
}
