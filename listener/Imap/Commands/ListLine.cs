using Cloud.Listener.Imap.Wire;
using Cloud.Store.Mailboxes;

namespace Cloud.Listener.Imap.Commands;

/// <summary>LIST responses (RFC 9051 §7.3.1).</summary>
static class ListLine
{
    /// <param name="subscribed">Say so, where the client is to hear of it.</param>
    /// <param name="childInfo">What the mailboxes below it were selected by (RFC 5258 §3.5); null for none.</param>
    /// <param name="oldName">What the client called it (RFC 9051 §6.3.9.7); null where that is its name.</param>
    public static void List(
        this ImapWriter writer,
        Mailbox mailbox,
        bool hasChildren,
        bool subscribed = false,
        string? childInfo = null,
        string? oldName = null
    )
    {
        writer.Put("* LIST ("u8);
        writer.Put(hasChildren ? "\\HasChildren"u8 : "\\HasNoChildren"u8);
        if (subscribed)
            writer.Put(" \\Subscribed"u8);
        if (SpecialUse.Attribute(mailbox.Role) is { } use)
        {
            writer.Put(" "u8);
            writer.Put(use);
        }
        writer.Name(mailbox.Name, oldName);
        if (childInfo is not null)
            writer.Put($" (\"CHILDINFO\" (\"{childInfo}\"))");
        writer.Crlf();
    }

    /// <summary>A mailbox under its name and the one the client gave it (RFC 9051 §6.3.9.7).</summary>
    public static async ValueTask AnnounceAsync(
        ImapSession session,
        string name,
        string oldName,
        CancellationToken cancel
    )
    {
        if (await session.FindMailboxAsync(name, cancel) is { } found)
            session.Writer.List(found.Mailbox, found.HasChildren, oldName: oldName);
    }

    /// <summary>A level above mailboxes that is none itself (RFC 9051 §6.3.9.5; RFC 3501 knows only that it cannot be selected).</summary>
    /// <param name="childInfo">As for a mailbox.</param>
    public static void ListMissing(this ImapWriter writer, string name, bool revision2, string? childInfo)
    {
        writer.Put(revision2 ? "* LIST (\\NonExistent \\HasChildren"u8 : "* LIST (\\Noselect \\HasChildren"u8);
        writer.Name(name, oldName: null);
        if (childInfo is not null)
            writer.Put($" (\"CHILDINFO\" (\"{childInfo}\"))");
        writer.Crlf();
    }

    /// <summary>A mailbox that is no more, under its name and the one the client gave it.</summary>
    public static void ListGone(this ImapWriter writer, MailboxName name)
    {
        writer.Put("* LIST (\\NonExistent"u8);
        writer.Name(name.Canonical, name.Sent);
        writer.Crlf();
    }

    /// <summary>A mailbox that another client has deleted.</summary>
    public static void ListGone(this ImapWriter writer, string name)
    {
        writer.Put("* LIST (\\NonExistent"u8);
        writer.Name(name, oldName: null);
        writer.Crlf();
    }

    /// <summary>A mailbox that may be listed, and not be read (RFC 5465 §3.1).</summary>
    /// <param name="oldName">What the client knows it by; null where that is its name.</param>
    public static void ListNoAccess(this ImapWriter writer, string name, string? oldName = null)
    {
        writer.Put("* LIST (\\NoAccess"u8);
        writer.Name(name, oldName);
        writer.Crlf();
    }

    static void Name(this ImapWriter writer, string name, string? oldName)
    {
        writer.Put(") \"/\" "u8);
        writer.Mailbox(name);
        if (oldName is null)
            return;
        writer.Put(" (\"OLDNAME\" ("u8);
        writer.Mailbox(oldName);
        writer.Put("))"u8);
    }
}
