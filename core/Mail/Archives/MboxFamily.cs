namespace Cloud.Mail.Archives;

/// <summary>How an mbox file keeps a line of a message that begins with <c>From </c> from being taken for a separator.</summary>
public enum MboxFamily
{
    /// <summary><c>&gt;From </c>; what had a <c>&gt;</c> before is not told apart. RFC 4155's default format.</summary>
    Mboxo,

    /// <summary>One <c>&gt;</c> more than there were: nothing is lost. What new files should be.</summary>
    Mboxrd,

    /// <summary>As mboxo, and Content-Length says how long the body is.</summary>
    Mboxcl,

    /// <summary>Content-Length alone.</summary>
    Mboxcl2,
}

/// <summary>What an mbox file says of a message beside its bytes.</summary>
/// <param name="Sender">Envelope sender; empty or <c>MAILER-DAEMON</c> for none.</param>
/// <param name="Received">Null where the line has none that can be understood; without a zone it is UTC.</param>
/// <param name="Flags">Of Status and X-Status.</param>
public readonly record struct MboxEnvelope(
    string Sender,
    DateTimeOffset? Received,
    MessageFlags Flags = MessageFlags.None
);
