using Cloud.Mail;

namespace Cloud.Flow.Outbound.Reports;

/// <summary>Whether a message looks like a report, by what its index says: nothing is read or decoded for it.</summary>
static class ReportShape
{
    /// <summary>Parts that are looked at: a report has one to three.</summary>
    const int MaxParts = 10;

    /// <summary>A report as its subject and content have it. RFC 7489 §7.2.1.1, RFC 8460 §5.3.</summary>
    public static bool IsReport(MessageIndex index) =>
        index.Subject.StartsWith("Report Domain:", StringComparison.OrdinalIgnoreCase) && Parts(index).Any();

    /// <summary>The parts in which a report may be.</summary>
    public static IEnumerable<BodyPart> Parts(MessageIndex index) =>
        Leaves(index.Body).Take(MaxParts).Where(MayHoldReport);

    static IEnumerable<BodyPart> Leaves(BodyPart part) =>
        part.IsMultipart ? part.Parts.Take(MaxParts).SelectMany(Leaves) : [part];

    static bool MayHoldReport(BodyPart part)
    {
        if (part.Type.EqualsIgnoreCase("text"u8))
            return part.Subtype.EqualsIgnoreCase("xml"u8);
        if (!part.Type.EqualsIgnoreCase("application"u8))
            return false;
        return part.Subtype.EqualsIgnoreCase("gzip"u8)
            || part.Subtype.EqualsIgnoreCase("x-gzip"u8)
            || part.Subtype.EqualsIgnoreCase("zip"u8)
            || part.Subtype.EqualsIgnoreCase("x-zip"u8)
            || part.Subtype.EqualsIgnoreCase("x-zip-compressed"u8)
            || part.Subtype.EqualsIgnoreCase("xml"u8)
            || part.Subtype.EqualsIgnoreCase("json"u8)
            || part.Subtype.EqualsIgnoreCase("tlsrpt+gzip"u8)
            || part.Subtype.EqualsIgnoreCase("tlsrpt+json"u8)
            || (part.Subtype.EqualsIgnoreCase("octet-stream"u8) && Attachments.HasName(part));
    }
}
