using Cloud.Mail.Compose;

namespace Cloud.Mail.Reports;

/// <summary>The message a report is about, as it goes back with the report. RFC 6522 §3, RFC 3461 §4.3 RET.</summary>
/// <param name="Content">The whole message, or its header block alone.</param>
/// <param name="IsFull">The whole message.</param>
/// <param name="IsGlobal">It has UTF-8 headers.</param>
public sealed record ReturnedMessage(OctetSource Content, bool IsFull, bool IsGlobal = false)
{
    internal MimePart ToPart() =>
        (IsFull, IsGlobal) switch
        {
            (true, _) => new MessagePart(Content) { IsGlobal = IsGlobal },
            (false, true) => new DataPart(Content, "message/global-headers") { IsText = true },
            (false, false) => new DataPart(Content, "text/rfc822-headers") { IsText = true },
        };
}
