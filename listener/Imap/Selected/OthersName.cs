using Cloud.Mail;
using Cloud.Store.Mailboxes;

namespace Cloud.Listener.Imap.Selected;

/// <summary>A name in the namespaces of others (RFC 2342): <c>Other Users/bob@example.test/INBOX</c>.</summary>
/// <param name="IsShared">Of a mailbox that is nobody's own.</param>
/// <param name="Address">The other's, in the form in which addresses are compared.</param>
/// <param name="Path">What its owner calls it; empty for the level above all of them.</param>
sealed record OthersName(bool IsShared, string Address, string Path)
{
    /// <returns>Null for a name of the user's own, and where no address stands behind the namespace.</returns>
    public static OthersName? TryParse(string name)
    {
        var isShared = name.StartsWith(MailboxNamespaces.Shared, StringComparison.Ordinal);
        if (!isShared && !name.StartsWith(MailboxNamespaces.OtherUsers, StringComparison.Ordinal))
            return null;
        var parts = name[Namespace(isShared).Length..].Split('/', 2);
        if (EmailAddress.TryParse(parts[0]) is not { } address)
            return null;
        var path = parts.Length > 1 ? parts[1] : "";
        var isInbox =
            path.StartsWith("INBOX", StringComparison.OrdinalIgnoreCase) && (path.Length == 5 || path[5] == '/');
        return new(isShared, address.Key, isInbox ? string.Concat("INBOX", path.AsSpan(5)) : path);
    }

    /// <summary>The level above all mailboxes of this user: their quota root, too.</summary>
    public string Root => Namespace(IsShared) + Address;

    static string Namespace(bool isShared) => isShared ? MailboxNamespaces.Shared : MailboxNamespaces.OtherUsers;

    public override string ToString() => Path.Length == 0 ? Root : $"{Root}/{Path}";
}
