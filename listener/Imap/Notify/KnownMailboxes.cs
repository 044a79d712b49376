using Cloud.Listener.Imap.Selected;
using Cloud.Store.Mailboxes;

namespace Cloud.Listener.Imap.Notify;

/// <summary>
/// The mailboxes as the client knows them: as it was told of them, and as it has itself changed them since, which it is not told
/// (RFC 5465 §5).
/// </summary>
/// <remarks>So whatever is different when it is looked at, somebody else has done, even if it is what was there before.</remarks>
/// <param name="others">Others' mailboxes are among them.</param>
sealed class KnownMailboxes(bool others)
{
    readonly HashSet<ulong> annotated = [];

    public NamespaceView View { get; set; } = NamespaceView.Empty;

    /// <summary>Some of what is different was told, the rest was not; what follows a mailbox that was renamed is called otherwise, too.</summary>
    /// <param name="changes">As <see cref="MailboxChange.Between"/> has them: what lies below another mailbox comes after it.</param>
    public void Told(IEnumerable<MailboxChange> changes, HashSet<MailboxKey> told)
    {
        var known = new Dictionary<MailboxKey, FoundMailbox?>();
        var renamed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var change in changes)
        {
            if (told.Contains(change.Key))
                known.Add(change.Key, change.New);
            else if (change.HasFollowed && MailboxTree.Ancestors(change.Old!.Name).Take(1).Any(renamed.Contains))
                known.Add(change.Key, Named(change.Old, change.New!.Name));
            else
                continue;
            if (change.Old is { } old)
                renamed.Add(old.Name);
        }
        View = View.With(known);
    }

    public void Created(FoundMailbox made)
    {
        if (made.Rights.HasFlag(MailboxRights.Lookup) && (made.IsOwn || others))
            View = View.With(made);
    }

    /// <summary>Those below it are called otherwise, too. What INBOX had is told as new, and INBOX stays (RFC 5465 §5.4).</summary>
    public void Renamed(MailboxKey mailbox, string name)
    {
        if (Find(mailbox) is not { Mailbox.Role: not MailboxRole.Inbox, Name: var before })
            return;
        View = View.Edit(found =>
            found.Key == mailbox ? Named(found, name)
            : found.Name.StartsWith(before + "/", StringComparison.Ordinal)
                ? Named(found, name + found.Name[before.Length..])
            : found
        );
    }

    public void Subscribed(MailboxKey mailbox, bool subscribed) =>
        View = View.Edit(found =>
            found.Key == mailbox ? found with { Mailbox = found.Mailbox with { Subscribed = subscribed } } : found
        );

    public void Deleted(MailboxKey mailbox) => View = View.Edit(found => found.Key == mailbox ? null : found);

    /// <param name="revision">The account's after it.</param>
    public void Annotated(ulong revision) => annotated.Add(revision);

    /// <summary>The client has itself set it.</summary>
    public bool IsOwn(MetadataEntry entry) => annotated.Contains(entry.Revision);

    /// <summary>Annotations have been looked at.</summary>
    /// <param name="seen">The account's revision then.</param>
    public void Forget(ulong seen) => annotated.RemoveWhere(one => one <= seen);

    FoundMailbox? Find(MailboxKey mailbox) => View.Mailboxes.FirstOrDefault(found => found.Key == mailbox);

    static FoundMailbox Named(FoundMailbox found, string name) =>
        found with
        {
            Mailbox = found.Mailbox with { Name = name },
        };
}
