namespace Cloud.Store.Mailboxes;

/// <summary>What somebody may do with a mailbox (RFC 4314 §2.1).</summary>
[Flags]
public enum MailboxRights
{
    None = 0,

    /// <summary>l: it is listed.</summary>
    Lookup = 1,

    /// <summary>r: it can be opened and read.</summary>
    Read = 2,

    /// <summary>s: \Seen lasts.</summary>
    Seen = 4,

    /// <summary>w: flags beside \Seen and \Deleted.</summary>
    Write = 8,

    /// <summary>i: messages are put into it.</summary>
    Insert = 16,

    /// <summary>p: mail is sent to its address. Anybody may do that; nothing here asks for the right.</summary>
    Post = 32,

    /// <summary>k: mailboxes are made below it.</summary>
    Create = 64,

    /// <summary>x: it is deleted, or gets another name.</summary>
    Delete = 128,

    /// <summary>t: \Deleted.</summary>
    Remove = 256,

    /// <summary>e: messages that carry \Deleted go for good.</summary>
    Expunge = 512,

    /// <summary>a: rights are given and taken.</summary>
    Administer = 1024,

    /// <summary>The owner's.</summary>
    All = 2047,

    /// <summary>One of these is needed to be told one's own rights (RFC 4314 §4).</summary>
    Any = Lookup | Read | Insert | Create | Delete | Administer,

    /// <summary>Those that change flags.</summary>
    Flags = Seen | Write | Remove,
}
