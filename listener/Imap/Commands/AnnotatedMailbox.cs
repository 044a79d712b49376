using Cloud.Listener.Imap.Wire;
using Cloud.Store;

namespace Cloud.Listener.Imap.Commands;

/// <summary>Whose annotations GETMETADATA and SETMETADATA mean: a mailbox's of the user's own, or the server's (RFC 5464 §4.2).</summary>
static class AnnotatedMailbox
{
    /// <param name="name">Empty for the server.</param>
    /// <returns>The mailbox, 0 for the server; or why it cannot be.</returns>
    public static async ValueTask<(MailboxId Id, Reply? Refused)> FindAsync(
        ImapSession session,
        string name,
        CancellationToken cancel
    )
    {
        if (name.Length == 0)
            return (default, null);
        if (await session.FindMailboxAsync(name, cancel) is not { } mailbox)
            return (default, Reply.NoSuchMailbox);
        return mailbox.IsOwn ? (mailbox.Mailbox.Id, null) : (default, Reply.NoPermission); // Annotations are the owner's.
    }
}
