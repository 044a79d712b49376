using Cloud.Store.Mailboxes;

namespace Cloud.Listener.Imap.Selected;

/// <summary>Levels of mailbox names, apart by <c>/</c>.</summary>
static class MailboxTree
{
    /// <summary>The names of all mailboxes above these.</summary>
    public static HashSet<string> Ancestors(IEnumerable<Mailbox> mailboxes)
    {
        var ancestors = new HashSet<string>(StringComparer.Ordinal);
        foreach (var mailbox in mailboxes)
        {
            foreach (var ancestor in Ancestors(mailbox.Name))
                ancestors.Add(ancestor);
        }
        return ancestors;
    }

    public static bool HasChildren(Mailbox mailbox, IEnumerable<Mailbox> all) =>
        all.Any(other => other.Name.StartsWith(mailbox.Name + "/", StringComparison.Ordinal));

    /// <summary>From the nearest up.</summary>
    public static IEnumerable<string> Ancestors(string name)
    {
        for (var slash = name.LastIndexOf('/'); slash > 0; slash = name.LastIndexOf('/', slash - 1))
            yield return name[..slash];
    }
}
