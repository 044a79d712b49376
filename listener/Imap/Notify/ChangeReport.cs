using Cloud.Listener.Imap.Commands;
using Cloud.Listener.Imap.Selected;

namespace Cloud.Listener.Imap.Notify;

/// <summary>Writes what NOTIFY has asked for of changed mailboxes: LIST and STATUS responses (RFC 5465 §5).</summary>
/// <param name="all">The mailboxes as they are now.</param>
sealed class ChangeReport(ImapSession session, NotifyWishes wishes, NamespaceView all)
{
    readonly HashSet<string> listed = [];

    public async ValueTask WriteAsync(MailboxChange change, CancellationToken cancel)
    {
        var isSelected = (change.New ?? change.Old) is { } either && session.IsSelected(either);
        var before = change.Old is { } old ? wishes.Of(old, isSelected) : NotifyEvents.None;
        var after = change.New is { } found ? wishes.Of(found, isSelected) : NotifyEvents.None;
        WriteName(change, before | after);
        if (change is { Old: { } past, New: { } now, IsOpened: false })
            await WriteStatusAsync(past, now, after, cancel);
        // What may be read again may have been emptied meanwhile.
        else if (change.New is { } born && (born.Mailbox.Messages > 0 || change.IsRecreated || change.IsOpened))
            await WriteFirstAsync(born, after, cancel);
    }

    /// <summary>Of a mailbox that the client has not heard of.</summary>
    async ValueTask WriteFirstAsync(FoundMailbox found, NotifyEvents events, CancellationToken cancel)
    {
        if (!events.HasFlag(NotifyEvents.MessageNew))
            return;
        List<string> items = ["MESSAGES", "UIDNEXT", "UIDVALIDITY"];
        if (session.Dialect.Condstore)
            items.Add("HIGHESTMODSEQ");
        await new StatusItems(items).WriteUnaskedAsync(session, found, cancel);
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
        else if (names && change.IsClosed)
        {
            if (change.IsRenamed)
                session.Writer.ListGone(change.Old!.Name);
            session.Writer.ListNoAccess(found.Name); // As §3.1 has it of what cannot be read at the beginning.
        }
        else if (names && (change.Old is null || change.IsRenamed || change.IsOpened))
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
        session.Writer.List(found.Mailbox, found.HasChildren, found.Mailbox.Subscribed, oldName: oldName);
    }

    /// <summary>One STATUS response with all that is to be told of the messages of a mailbox that is not selected.</summary>
    async ValueTask WriteStatusAsync(
        FoundMailbox before,
        FoundMailbox found,
        NotifyEvents events,
        CancellationToken cancel
    )
    {
        var (old, now) = (before.Mailbox, found.Mailbox);
        var items = new List<string>();
        var isCounted = events.HasFlag(NotifyEvents.MessageNew); // And MessageExpunge: one does not come without the other.
        if (isCounted && (old.Messages != now.Messages || old.UidNext != now.UidNext))
            items.AddRange(["MESSAGES", "UIDNEXT"]);
        var isFlagged = events.HasFlag(NotifyEvents.FlagChange) && old.HighestModSeq != now.HighestModSeq;
        if (isFlagged && old.Unseen != now.Unseen)
            items.Add("UNSEEN"); // §5.1 lets it be told; without mod-sequences nothing else would be.
        if (session.Dialect.Condstore && (isFlagged || items.Count > 0))
            items.AddRange(["UIDVALIDITY", "HIGHESTMODSEQ"]);
        if (items.Count > 0)
            await new StatusItems(items).WriteUnaskedAsync(session, found, cancel);
    }
}
