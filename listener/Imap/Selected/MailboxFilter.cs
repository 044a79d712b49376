using Cloud.Listener.Imap.Wire;
using Cloud.Store.Mailboxes;

namespace Cloud.Listener.Imap.Selected;

enum MailboxScope
{
    /// <summary>The one that is selected.</summary>
    Selected,

    /// <summary>The same; what was removed there is told when a command lets it be (RFC 5465 §6.1.2).</summary>
    SelectedDelayed,

    /// <summary>All of the user's own: rules may file what comes in anywhere, so that is what "inboxes" means, too (RFC 5465 §6.3).</summary>
    Personal,
    Subscribed,
    Subtree,

    /// <summary>Those named and what is right below them (RFC 7377 §2.2).</summary>
    SubtreeOne,
    Mailboxes,
}

/// <summary>Mailboxes as NOTIFY and ESEARCH name them (RFC 5465 §6, RFC 7377 §2.2).</summary>
sealed record MailboxFilter(MailboxScope Scope, IReadOnlyList<string> Names)
{
    public bool IsSelected => Scope is MailboxScope.Selected or MailboxScope.SelectedDelayed;

    /// <param name="subtreeOne">ESEARCH's grammar: with subtree-one, without selected-delayed.</param>
    public static MailboxFilter Parse(ref ImapReader reader, bool subtreeOne)
    {
        if (reader.Label("SELECTED"u8))
            return new(MailboxScope.Selected, []);
        if (!subtreeOne && reader.Label("SELECTED-DELAYED"u8))
            return new(MailboxScope.SelectedDelayed, []);
        if (reader.Label("PERSONAL"u8) || reader.Label("INBOXES"u8))
            return new(MailboxScope.Personal, []);
        if (reader.Label("SUBSCRIBED"u8))
            return new(MailboxScope.Subscribed, []);
        if (reader.Label("SUBTREE"u8))
            return new(MailboxScope.Subtree, ExpectNames(ref reader));
        if (subtreeOne && reader.Label("SUBTREE-ONE"u8))
            return new(MailboxScope.SubtreeOne, ExpectNames(ref reader));
        if (reader.Label("MAILBOXES"u8))
            return new(MailboxScope.Mailboxes, ExpectNames(ref reader));
        throw reader.Expected("which mailboxes");
    }

    /// <summary>Others' mailboxes may be among them.</summary>
    public bool ReachesOthers =>
        Scope == MailboxScope.Subscribed || (Scope != MailboxScope.Personal && Names.Any(MailboxNamespaces.IsReserved));

    /// <summary>Whether a mailbox that is not looked at as the selected one is among them.</summary>
    public bool Has(FoundMailbox mailbox) =>
        Scope switch
        {
            MailboxScope.Personal => mailbox.IsOwn, // RFC 5465 §6.2
            MailboxScope.Subscribed => mailbox.Mailbox.Subscribed,
            MailboxScope.Subtree => Names.Any(name => IsWithin(mailbox.Name, name)),
            MailboxScope.SubtreeOne => Names.Any(name =>
                IsWithin(mailbox.Name, name) && mailbox.Name.LastIndexOf('/') <= name.Length
            ),
            MailboxScope.Mailboxes => Names.Contains(mailbox.Name),
            _ => false,
        };

    static bool IsWithin(string name, string above) =>
        name.StartsWith(above, StringComparison.Ordinal) && (name.Length == above.Length || name[above.Length] == '/');

    /// <summary><c>one-or-more-mailbox</c>; nothing in a name stands for others (RFC 5465 §6.6).</summary>
    static List<string> ExpectNames(ref ImapReader reader)
    {
        reader.ExpectSP();
        var names = new List<string>();
        var list = reader.Char('(');
        do
        {
            if (names.Count == ImapLimits.FilterNames)
                throw new SyntaxException($"At most {ImapLimits.FilterNames} mailboxes");
            names.Add(reader.ExpectMailbox());
        } while (list && reader.SP());
        if (list)
            reader.ExpectChar(')');
        return names;
    }
}
