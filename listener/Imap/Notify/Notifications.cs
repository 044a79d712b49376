using Cloud.Listener.Imap.Fetch;
using Cloud.Listener.Imap.Selected;
using Cloud.Listener.Imap.Wire;

namespace Cloud.Listener.Imap.Notify;

/// <summary>What a session is told unasked, as NOTIFY has it (RFC 5465); until it is used, as ever.</summary>
sealed class Notifications(ImapSession session) : IDisposable
{
    NotifyWishes? wishes;
    MailboxObserver? observer;

    /// <summary>The client listens between commands, too.</summary>
    public bool AreOn => wishes is not null;

    /// <summary>The selected mailbox is told of as soon as something happens.</summary>
    public bool WatchSelected => wishes?.Selected is not null;

    /// <summary>What is told of messages that come into the selected mailbox; null for nothing.</summary>
    public FetchItems? NewItems => wishes?.NewItems;

    /// <summary>What of the selected mailbox is told at a command's end.</summary>
    public Telling AtCommandsEnd => wishes?.Telling(betweenCommands: false) ?? Telling.All;

    /// <summary>The same while no command runs.</summary>
    public Telling BetweenCommands => wishes?.Telling(betweenCommands: true) ?? Telling.Nothing;

    /// <param name="status">The client wants to know first how the mailboxes stand.</param>
    /// <returns>False where it is too much; then what was asked for before still holds.</returns>
    public async ValueTask<bool> SetAsync(NotifyWishes asked, bool status, CancellationToken cancel)
    {
        var begun = asked.WatchesOthers ? new MailboxObserver(session, asked) : null;
        try
        {
            if (begun is not null && !await begun.BeginAsync(status, cancel))
            {
                begun.Dispose();
                return false;
            }
        }
        catch (Exception)
        {
            begun?.Dispose();
            throw; // What was asked for before still holds.
        }
        Reset();
        (wishes, observer) = (asked, begun);
        Selecting(session.Selected);
        return true;
    }

    /// <summary>As before the first NOTIFY.</summary>
    public void Reset()
    {
        observer?.Dispose();
        (wishes, observer) = (null, null);
        Selecting(session.Selected);
    }

    public void Selecting(SelectedMailbox? selected)
    {
        if (selected is not null)
            selected.IsNotified = WatchSelected;
    }

    /// <summary>Tells what has happened beside the selected mailbox.</summary>
    public async ValueTask TellAsync(CancellationToken cancel)
    {
        if (observer is null || await observer.TellAsync(cancel))
            return;
        Reset();
        wishes = NotifyWishes.None; // §5.8
        session.Writer.Put("*", Reply.Ok("Too much has happened; nothing is told any more", "NOTIFICATIONOVERFLOW"));
    }

    /// <summary>Hears of what this session does itself; null where nobody would be told.</summary>
    public KnownMailboxes? Known => observer?.Known;

    public void Dispose() => observer?.Dispose();
}
