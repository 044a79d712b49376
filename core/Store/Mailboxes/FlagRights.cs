using Cloud.Store.Messages;

namespace Cloud.Store.Mailboxes;

/// <summary>Which rights let which flags be changed (RFC 4314 §4).</summary>
public static class FlagRights
{
    /// <summary>Flags that go by the right to write, as all keywords do.</summary>
    public const MessageFlags Written = MessageFlags.Answered | MessageFlags.Flagged | MessageFlags.Draft;

    /// <summary>Flags that may be changed with these rights.</summary>
    public static MessageFlags ChangeableFlags(this MailboxRights rights)
    {
        var flags = MessageFlags.None;
        if (rights.HasFlag(MailboxRights.Seen))
            flags |= MessageFlags.Seen;
        if (rights.HasFlag(MailboxRights.Write))
            flags |= Written;
        if (rights.HasFlag(MailboxRights.Remove))
            flags |= MessageFlags.Deleted;
        return flags;
    }

    /// <summary>Rights that let these flags, and keywords if there are any, be changed.</summary>
    public static MailboxRights Needed(MessageFlags flags, bool keywords)
    {
        var needed = MailboxRights.None;
        if (flags.HasFlag(MessageFlags.Seen))
            needed |= MailboxRights.Seen;
        if (flags.HasFlag(MessageFlags.Deleted))
            needed |= MailboxRights.Remove;
        if ((flags & Written) != 0 || keywords)
            needed |= MailboxRights.Write;
        return needed;
    }
}
