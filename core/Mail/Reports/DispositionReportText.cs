using System.Buffers;
using Cloud.Mail.Compose;
using Cloud.Mail.Headers;

namespace Cloud.Mail.Reports;

/// <summary>message/disposition-notification, and its UTF-8 form. RFC 8098 §3.1, RFC 6533 §5.</summary>
public static class DispositionReportText
{
    /// <param name="report">What to tell.</param>
    /// <param name="isGlobal">In UTF-8. In ASCII a message-id beyond it has no form, and its field is left out.</param>
    /// <exception cref="ComposeException">An extension has the name of a field of the standard's.</exception>
    public static byte[] Write(DispositionReport report, bool isGlobal)
    {
        var octets = new ArrayBufferWriter<byte>();
        var writer = new FieldWriter(octets, isGlobal ? HeaderForm.Utf8 : HeaderForm.Ascii);
        ReportFields.Write(writer, "Reporting-UA", report.ReportingUa);
        ReportFields.Write(writer, "MDN-Gateway", report.Gateway);
        ReportFields.Write(writer, "Original-Recipient", report.OriginalRecipient);
        ReportFields.Write(writer, "Final-Recipient", report.FinalRecipient);
        if (report.OriginalMessageId is { } id)
            new MessageIdField("Original-Message-ID", [id]) { IsLenient = true }.WriteTo(writer);
        ReportFields.Write(writer, "Disposition", report.Disposition.ToString());
        foreach (var error in report.Errors)
            ReportFields.Write(writer, "Error", error);
        ReportFields.WriteExtensions(writer, report.Extensions, Known);
        return octets.WrittenSpan.ToArray();
    }

    /// <returns>Null without a disposition.</returns>
    public static DispositionReport? Parse(ReadOnlySpan<byte> octets)
    {
        var fields = ReportFields.Read(octets);
        if (Find("Disposition") is not { } disposition)
            return null;
        var original = Typed("Original-Recipient");
        return new DispositionReport
        {
            ReportingUa = Find("Reporting-UA"),
            Gateway = Typed("MDN-Gateway"),
            OriginalRecipient = original,
            FinalRecipient = Typed("Final-Recipient") ?? original ?? new TypedText(TypedText.Rfc822, ""),
            OriginalMessageId =
                Find("Original-Message-ID") is { } id
                && MessageIds.First(Octets.From(id)) is { IsNilOrEmpty: false } first
                    ? first.ToString()
                    : null,
            Disposition = MessageDisposition.Parse(disposition),
            Errors = [.. fields.Where(field => field.Is("Error")).Select(field => field.Value)],
            Extensions = ReportFields.Extensions(fields, Known),
        };

        string? Find(string name)
        {
            var at = fields.FindIndex(field => field.Is(name));
            return at < 0 ? null : fields[at].Value;
        }

        TypedText? Typed(string name) => Find(name) is { } value ? TypedText.Parse(value, TypedText.Rfc822) : null;
    }

    static readonly string[] Known =
    [
        "Reporting-UA",
        "MDN-Gateway",
        "Original-Recipient",
        "Final-Recipient",
        "Original-Message-ID",
        "Disposition",
        "Error",
    ];
}
