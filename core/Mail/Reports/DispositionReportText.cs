using System.Buffers;
using Cloud.Mail.Compose;
using Cloud.Mail.Headers;

namespace Cloud.Mail.Reports;

/// <summary>message/disposition-notification, and its UTF-8 form. RFC 8098 §3.1, RFC 6533 §5.</summary>
public static class DispositionReportText
{
    public static byte[] Write(DispositionReport report, bool isGlobal)
    {
        var octets = new ArrayBufferWriter<byte>();
        var writer = new FieldWriter(octets, isGlobal ? HeaderForm.Utf8 : HeaderForm.Ascii);
        Text("Reporting-UA", report.ReportingUa);
        Typed("MDN-Gateway", report.Gateway);
        Typed("Original-Recipient", report.OriginalRecipient);
        Typed("Final-Recipient", report.FinalRecipient);
        if (report.OriginalMessageId is { } id)
            new MessageIdField("Original-Message-ID", [id]).WriteTo(writer);
        Text("Disposition", report.Disposition.ToString());
        foreach (var error in report.Errors)
            Text("Error", error);
        foreach (var (name, value) in report.Extensions)
            Text(name, value);
        return octets.WrittenSpan.ToArray();

        void Text(string name, string? value)
        {
            if (value is not null)
                ReportFields.Field(name, value, writer.Form).WriteTo(writer);
        }

        void Typed(string name, TypedText? value)
        {
            if (value is { } typed)
                ReportFields.Field(name, typed, writer.Form).WriteTo(writer);
        }
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
            Disposition = Disposition.Parse(disposition),
            Errors = [.. fields.Where(field => field.Is("Error")).Select(field => field.Value)],
            Extensions = [.. fields.Where(field => !IsKnown(field.Name)).Select(field => Pair(field))],
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

    static bool IsKnown(string name) => Known.Contains(name, StringComparer.OrdinalIgnoreCase);

    static KeyValuePair<string, string> Pair(ReportField field) => new(field.Name, field.Value);
}
