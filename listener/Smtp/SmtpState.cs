namespace Cloud.Listener.Smtp;

/// <summary>Where a session stands (RFC 5321 §4.1.4); follows from what it holds.</summary>
[Flags]
enum SmtpState
{
    /// <summary>Before EHLO or HELO, and again after STARTTLS.</summary>
    Start = 1,
    Greeted = 2,

    /// <summary>MAIL was accepted.</summary>
    InMail = 4,

    /// <summary>And a RCPT.</summary>
    HasRecipient = 8,

    /// <summary>And a BDAT that was not the last.</summary>
    InChunks = 16,

    Any = Start | Greeted | InMail | HasRecipient | InChunks,
}
