using System.Text;
using Cloud.Store.Mailboxes;

namespace Cloud.Api.Gateway.Operations;

/// <summary>Special uses as annotations tell them (RFC 6154 §4).</summary>
static class MailboxUses
{
    /// <returns>Null for a mailbox of none; INBOX has none in IMAP.</returns>
    public static ReadOnlyMemory<byte>? Name(MailboxRole role) =>
        role is MailboxRole.None or MailboxRole.Inbox
            ? (ReadOnlyMemory<byte>?)null // Else it would be an empty one.
            : Encoding.ASCII.GetBytes($"\\{role}");

    /// <param name="name">With its backslash, in any case; null for none.</param>
    /// <returns>Null for a use that is not offered.</returns>
    public static MailboxRole? Role(ReadOnlyMemory<byte>? name)
    {
        if (name is not { Length: > 0 } text)
            return MailboxRole.None;
        foreach (var role in Enum.GetValues<MailboxRole>())
        {
            if (Name(role) is { } known && Ascii.EqualsIgnoreCase(known.Span, text.Span))
                return role;
        }
        return null;
    }
}
