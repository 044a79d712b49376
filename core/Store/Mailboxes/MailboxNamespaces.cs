namespace Cloud.Store.Mailboxes;

/// <summary>Names that lead to others' mailboxes, whoever they are (RFC 2342). Nobody has a mailbox of his own there.</summary>
public static class MailboxNamespaces
{
    public const string OtherUsers = "Other Users/";
    public const string Shared = "Shared/";

    public static bool IsReserved(string name) =>
        name.StartsWith(OtherUsers, StringComparison.Ordinal)
        || name.StartsWith(Shared, StringComparison.Ordinal)
        || name is "Other Users" or "Shared";
}
