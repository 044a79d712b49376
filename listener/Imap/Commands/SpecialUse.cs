using Cloud.Store.Mailboxes;

namespace Cloud.Listener.Imap.Commands;

/// <summary>Mailbox attributes of special use (RFC 6154 §2).</summary>
static class SpecialUse
{
    /// <returns>Null for a mailbox of no special use; INBOX has none in IMAP.</returns>
    public static string? Attribute(MailboxRole role) =>
        role switch
        {
            MailboxRole.Drafts => "\\Drafts",
            MailboxRole.Sent => "\\Sent",
            MailboxRole.Junk => "\\Junk",
            MailboxRole.Trash => "\\Trash",
            MailboxRole.Archive => "\\Archive",
            _ => null,
        };

    /// <param name="attribute">Without its backslash, in any case.</param>
    /// <returns>Null for a use that is not offered (\All, \Flagged).</returns>
    public static MailboxRole? Role(string attribute)
    {
        foreach (var role in Enum.GetValues<MailboxRole>())
        {
            if (string.Equals(Attribute(role)?[1..], attribute, StringComparison.OrdinalIgnoreCase))
                return role;
        }
        return null;
    }
}
