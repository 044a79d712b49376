namespace Cloud.Mail.Archives;

/// <summary>What archives keep of a message's state.</summary>
[Flags]
public enum MessageFlags
{
    None = 0,
    Seen = 1,
    Answered = 2,
    Flagged = 4,
    Deleted = 8,
    Draft = 16,

    /// <summary>Forwarded, or passed on: IMAP's <c>$Forwarded</c>.</summary>
    Passed = 32,

    /// <summary>An mbox reader has shown it in a list, though nobody has read it.</summary>
    Old = 64,
}
