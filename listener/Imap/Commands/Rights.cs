using Cloud.Api.Gateway;
using Cloud.Listener.Imap.Selected;
using Cloud.Listener.Imap.Wire;
using Cloud.Store.Mailboxes;

namespace Cloud.Listener.Imap.Commands;

/// <summary>Identifiers and rights on the wire (RFC 4314 §7).</summary>
static class Rights
{
    /// <summary><c>* MYRIGHTS Archive lrswipkxteacd</c></summary>
    public static void MyRights(this ImapWriter writer, FoundMailbox found)
    {
        writer.Put("* MYRIGHTS "u8);
        writer.Mailbox(found.Name);
        writer.Put(" "u8);
        writer.Put(found.Rights.ToImap());
        writer.Crlf();
    }

    /// <summary>The mailbox that a list of rights is asked of, and the right to ask.</summary>
    /// <returns>The mailbox, or why not.</returns>
    public static async ValueTask<(FoundMailbox? Found, Reply Refused)> FindAsync(
        ImapSession session,
        string name,
        CancellationToken cancel
    )
    {
        var found = await session.FindMailboxAsync(name, cancel);
        if (found is null)
            return (null, Reply.NoSuchMailbox);
        return found.Refuse(MailboxRights.Administer) is { } refused ? (null, refused) : (found, default);
    }

    /// <summary>An identifier that is none is the client's mistake, not the user's (RFC 4314 §3).</summary>
    public static Reply Refused(Result refused) =>
        refused.Refusal == Refusal.Invalid ? Reply.Bad(refused.Reason) : Reply.From(refused.Refusal, refused.Reason);
}
