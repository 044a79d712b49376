using Cloud.Api.Gateway;
using Cloud.Listener.Imap.Commands;
using Cloud.Listener.Imap.Selected;
using Cloud.Listener.Imap.Wire;
using Cloud.Store.Mailboxes;

namespace Cloud.Listener.Imap.Notify;

/// <summary>Writes what NOTIFY has asked for of changed mailboxes: LIST, STATUS and METADATA responses (RFC 5465 §5).</summary>
/// <param name="all">The mailboxes as they are now.</param>
sealed class ChangeReport(ImapSession session, NotifyWishes wishes, NamespaceView all, AnnotationChanges annotations)
{
    readonly HashSet<string> listed = [];

    /// <summary>All of it or, where the store fails, nothing: what is to be read is read before anything is written.</summary>
    public async ValueTask WriteAsync(MailboxChange change, CancellationToken cancel)
    {
        var isSelected = (change.New ?? change.Old) is { } either && session.IsSelected(either);
        var before = change.Old is { } old ? wishes.Of(old, isSelected) : NotifyEvents.None;
        var after = change.New is { } found ? wishes.Of(found, isSelected) : NotifyEvents.None;
        var status = await ReadStatusAsync(change, after, cancel);
        var entries = await ReadAnnotationsAsync(change, after, cancel);
        WriteName(change, before | after);
        status?.Write(session);
        if (entries.Count > 0)
            session.Writer.MetadataChanged(change.New!.Name, entries);
    }

    /// <returns>Null where nothing is to be told of its messages.</returns>
    async ValueTask<StatusLine?> ReadStatusAsync(MailboxChange change, NotifyEvents events, CancellationToken cancel)
    {
        if (change.New is not { } found)
            return null;
        List<string> items = [];
        if (change is { Old: { } past, IsOpened: false })
            items = ItemsOf(past.Mailbox, found.Mailbox, events);
        // What may be read again may have been emptied meanwhile.
        else if (found.Mailbox.Messages > 0 || change.IsRecreated || change.IsOpened)
            items = FirstItems(events);
        return items.Count > 0 ? await new StatusItems(items).ReadAsync(session, found, cancel) : null;
    }

    async ValueTask<IReadOnlyList<MetadataEntry>> ReadAnnotationsAsync(
        MailboxChange change,
        NotifyEvents events,
        CancellationToken cancel
    )
    {
        if (change is not { Old: { } old, New: { IsOwn: true } found })
            return [];
        var (mailbox, since) = (found.Mailbox, old.Mailbox.MetadataRevision);
        if (mailbox.MetadataRevision <= since || !events.HasFlag(NotifyEvents.MailboxMetadataChange))
            return [];
        return (await annotations.SinceAsync(mailbox.Id, since, cancel))?.Entries ?? [];
    }

    void WriteName(MailboxChange change, NotifyEvents events)
    {
        var names = events.HasFlag(NotifyEvents.MailboxName);
        if (change.New is not { } found)
        {
            if (!names)
                return;
            session.Writer.ListGone(change.Old!.Name);
            WriteParent(change.Old.Name);
        }
        else if (names && (change.Old is null || change.IsRenamed || change.IsOpened || change.IsClosed))
        {
            Write(found, change.IsRenamed ? change.Old?.Name : null);
            if (change.Old is null)
                WriteParent(found.Name);
        }
        else if (events.HasFlag(NotifyEvents.SubscriptionChange) && IsSubscriptionChanged(change))
        {
            Write(found, oldName: null);
        }
    }

    static bool IsSubscriptionChanged(MailboxChange change) =>
        change.New!.Mailbox.Subscribed != (change.Old?.Mailbox.Subscribed ?? false);

    /// <summary>§5.4: whether it has children may have changed.</summary>
    void WriteParent(string name)
    {
        var above = MailboxTree.Ancestors(name).FirstOrDefault();
        if (
            all.Mailboxes.FirstOrDefault(found => found.Name == above) is not { } parent
            || listed.Contains(parent.Name)
        )
            return;
        if (wishes.Of(parent, isSelected: false).HasFlag(NotifyEvents.MailboxName))
            Write(parent, oldName: null);
    }

    void Write(FoundMailbox found, string? oldName)
    {
        listed.Add(found.Name);
        if (found.Rights.HasFlag(MailboxRights.Read))
            session.Writer.List(found.Mailbox, found.HasChildren, found.Mailbox.Subscribed, oldName: oldName);
        else
            session.Writer.ListNoAccess(found.Name, oldName);
    }

    /// <summary>Of a mailbox that the client has not heard of.</summary>
    List<string> FirstItems(NotifyEvents events)
    {
        if (!events.HasFlag(NotifyEvents.MessageNew))
            return [];
        List<string> items = ["MESSAGES", "UIDNEXT", "UIDVALIDITY"];
        if (session.Dialect.Condstore)
            items.Add("HIGHESTMODSEQ");
        return items;
    }

    /// <summary>All that is to be told of the messages of a mailbox that is not selected.</summary>
    List<string> ItemsOf(Mailbox old, Mailbox now, NotifyEvents events)
    {
        var items = new List<string>();
        var isCounted = events.HasFlag(NotifyEvents.MessageNew); // And MessageExpunge: one does not come without the other.
        if (isCounted && (old.Messages != now.Messages || old.UidNext != now.UidNext))
            items.AddRange(["MESSAGES", "UIDNEXT"]);
        var isFlagged = events.HasFlag(NotifyEvents.FlagChange) && old.HighestModSeq != now.HighestModSeq;
        if (isFlagged && old.Unseen != now.Unseen)
            items.Add("UNSEEN"); // §5.1 lets it be told; without mod-sequences nothing else would be.
        if (session.Dialect.Condstore && (isFlagged || items.Count > 0))
            items.AddRange(["UIDVALIDITY", "HIGHESTMODSEQ"]);
        return items;
    }
}
