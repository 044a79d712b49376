using Cloud.Listener.Imap.Fetch;
using Cloud.Listener.Imap.Selected;
using Cloud.Store.Mailboxes;

namespace Cloud.Listener.Imap.Notify;

/// <summary>What a client has asked NOTIFY for, all groups together; none of them after NOTIFY NONE.</summary>
sealed record NotifyWishes(IReadOnlyList<EventGroup> Groups)
{
    public static readonly NotifyWishes None = new([]);

    /// <summary>Of the selected mailbox; null where nothing of it is to be told (RFC 5465 §3.1).</summary>
    public EventGroup? Selected { get; } =
        Groups.FirstOrDefault(group => group.Filter.IsSelected && group.Events != NotifyEvents.None);

    /// <summary>Of anything but the messages of the selected mailbox.</summary>
    public bool WatchesOthers { get; } =
        Groups.Any(group => !group.Filter.IsSelected && group.Events != NotifyEvents.None);

    public FetchItems? NewItems => Selected?.NewItems;

    public bool WantsServer { get; } = Groups.Any(group => group.Wants(NotifyEvents.ServerMetadataChange));

    /// <summary>Others' mailboxes may be among those named.</summary>
    public bool ReachOthers { get; } = Groups.Any(group => group.Filter.ReachesOthers);

    /// <summary>What is to be told of a mailbox that may be listed, its messages aside where it is the selected one.</summary>
    public NotifyEvents Of(FoundMailbox found, bool isSelected)
    {
        var events = Named(found);
        // RFC 5465 §5 wants l and r for all; of what only l is given for, §5.4 has the name told, and §3.1 that there is no access.
        if (!found.Rights.HasFlag(MailboxRights.Read))
            return events & NotifyEvents.MailboxName;
        if (!found.IsOwn)
            events &= ~NotifyEvents.OfMetadata; // Annotations are the owner's.
        return isSelected ? events & ~NotifyEvents.OfMessages : events;
    }

    /// <summary>Something is asked for that the user may not be told (§3.1).</summary>
    public bool IsDenied(FoundMailbox found) =>
        !found.Rights.HasFlag(MailboxRights.Read) && Named(found) != NotifyEvents.None;

    /// <summary>Something is asked for that can be told of another's mailbox, whether the user may be told it now or not.</summary>
    public bool IsNamed(FoundMailbox found) => (Named(found) & ~NotifyEvents.OfMetadata) != NotifyEvents.None;

    NotifyEvents Named(FoundMailbox found)
    {
        var events = NotifyEvents.None;
        foreach (var group in Groups)
        {
            if (!group.Filter.IsSelected && group.Filter.Has(found))
                events |= group.Events;
        }
        return events;
    }

    /// <summary>What of the selected mailbox is told while no command runs, or at a command's end.</summary>
    public Telling Telling(bool betweenCommands)
    {
        if (Selected is not { } group)
            return Imap.Selected.Telling.Nothing; // SELECTED NONE
        var telling = Imap.Selected.Telling.Arrivals;
        if (group.Wants(NotifyEvents.FlagChange))
            telling |= Imap.Selected.Telling.Flags;
        // RFC 5465 §6.1.2: numbers stand until a command lets them move.
        if (!betweenCommands || group.Filter.Scope == MailboxScope.Selected)
            telling |= Imap.Selected.Telling.Expunges;
        return telling;
    }
}
