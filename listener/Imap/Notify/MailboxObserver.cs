using Cloud.Listener.Imap.Commands;
using Cloud.Listener.Imap.Selected;
using Cloud.Listener.Imap.Wire;
using Cloud.Store;
using Cloud.Store.Mailboxes;
using Cloud.Store.Ports;

namespace Cloud.Listener.Imap.Notify;

/// <summary>Sees what happens in accounts beside the selected mailbox, and tells what NOTIFY has asked for (RFC 5465).</summary>
/// <remarks>
/// A watch of an account ends when anything changes there; then its mailboxes are listed, and what differs from the last list is
/// told. Who is granted something finds that in his own account's hints; who begins to share with anyone is found when anything
/// changes there.
/// What was told is known, change by change: what the store breaks off goes on where it stopped, and repeats nothing.
/// What this client does itself with names, subscriptions and annotations is not told to it (§5).
/// </remarks>
sealed class MailboxObserver : IDisposable
{
    readonly ImapSession session;
    readonly NotifyWishes wishes;
    readonly AccountWatches watches;
    readonly AnnotationChanges annotations;

    /// <summary>Addresses of the others who are listened to.</summary>
    readonly Dictionary<AccountId, string> others = [];
    ulong serverRevision;

    public MailboxObserver(ImapSession owner, NotifyWishes asked)
    {
        (session, wishes) = (owner, asked);
        Known = new(wishes.ReachOthers);
        (watches, annotations) = (new(session), new(session, Known));
    }

    public KnownMailboxes Known { get; }

    /// <summary>Something may have happened.</summary>
    public bool HasNews => watches.HasNews;

    /// <summary>Takes what there is as known.</summary>
    /// <returns>False when it is too much.</returns>
    public async ValueTask<bool> BeginAsync(bool status, CancellationToken cancel)
    {
        serverRevision = await session.Gateway.WatchAsync(session.Account, 0, cancel);
        Known.View = await NamespaceView.ListAsync(session, wishes.ReachOthers, cancel);
        watches.Begin(session.Account, serverRevision);
        if (!WatchOthers())
            return false;
        foreach (var denied in Known.View.Mailboxes.Where(wishes.IsDenied))
            session.Writer.ListNoAccess(denied.Name); // §3.1
        foreach (var found in status ? Known.View.Mailboxes : [])
        {
            var events = wishes.Of(found, session.IsSelected(found)) & NotifyEvents.OfMessages;
            if (events == NotifyEvents.None)
                continue;
            List<string> items = ["MESSAGES", "UIDNEXT", "UIDVALIDITY"];
            if (events.HasFlag(NotifyEvents.FlagChange) || session.Dialect.Condstore)
                items.Add("HIGHESTMODSEQ"); // §3.1
            await new StatusItems(items).WriteUnaskedAsync(session, found, cancel);
            await session.Writer.FlushIfFullAsync();
        }
        return true;
    }

    /// <summary>Tells what has happened since the last time.</summary>
    /// <returns>False when it is too much: then nothing is told any more (§5.8).</returns>
    public async ValueTask<bool> TellAsync(CancellationToken cancel)
    {
        if (!HasNews)
            return true;
        try
        {
            return await LookAsync(cancel);
        }
        catch (StoreException e)
        {
            Log.SyncFailed(session.Services.Logger, e, session.TraceId);
            return true; // At the next command's end it is tried again: nothing has been told.
        }
    }

    async ValueTask<bool> LookAsync(CancellationToken cancel)
    {
        var ended = watches.Ended();
        var failed = new HashSet<AccountId>();
        var now = await ListAsync(ended.Keys, failed, cancel);
        var changes = MailboxChange.Between(Known.View, now);
        if (changes.Count > ImapLimits.Notifications)
            return false;
        var told = await TellAsync(changes, now, failed, cancel);
        if (wishes.WantsServer && ended.ContainsKey(session.Account))
            await TryAsync(session.Account, () => TellServerAsync(cancel), failed);
        if (failed.Count > 0)
        {
            // What only such a listing has found, of whomever, another one finds again.
            if (now.ListedAt != Known.View.ListedAt)
                failed.Add(session.Account);
            Known.Told(changes, told);
        }
        else
        {
            Known.View = now;
        }
        foreach (var (account, seen) in ended.Where(one => !failed.Contains(one.Key)))
            BeginAgain(account, seen);
        return WatchOthers();
    }

    /// <returns>Those told of. Of an account that the store fails at the rest is left: it comes later, in its order.</returns>
    async ValueTask<HashSet<MailboxKey>> TellAsync(
        List<MailboxChange> changes,
        NamespaceView now,
        HashSet<AccountId> failed,
        CancellationToken cancel
    )
    {
        var told = new HashSet<MailboxKey>();
        var report = new ChangeReport(session, wishes, now, annotations);
        foreach (var change in changes)
        {
            var account = change.Key.Account;
            if (failed.Contains(account) || !await TryAsync(account, () => report.WriteAsync(change, cancel), failed))
                continue;
            told.Add(change.Key);
            await session.Writer.FlushIfFullAsync();
        }
        return told;
    }

    /// <summary>Does something that may fail for one account: it makes nobody deaf to the rest.</summary>
    /// <param name="failed">Gets the account: it is looked at again at the next command's end.</param>
    async ValueTask<bool> TryAsync(AccountId account, Func<ValueTask> work, HashSet<AccountId> failed)
    {
        try
        {
            await work();
            return true;
        }
        catch (StoreException e)
        {
            Log.SyncFailed(session.Services.Logger, e, session.TraceId);
            failed.Add(account);
            return false;
        }
    }

    /// <param name="seen">The revision that has been looked at.</param>
    void BeginAgain(AccountId account, ulong seen)
    {
        if (account == session.Account)
            Known.Forget(seen);
        // Whose account cannot be watched and has nothing to tell of is gone. One who shares nothing just now may again.
        else if (watches.HasFailed(account) && !Known.View.Mailboxes.Any(found => found.Account.Id == account))
        {
            Forget(account);
            return;
        }
        watches.Begin(account, seen);
    }

    /// <summary>The names as they are now, where something may have happened to them.</summary>
    /// <param name="failed">Gets those whose are as they were, as the store has failed.</param>
    async ValueTask<NamespaceView> ListAsync(
        ICollection<AccountId> accounts,
        HashSet<AccountId> failed,
        CancellationToken cancel
    )
    {
        var time = session.Services.Time;
        var isOwn = accounts.Contains(session.Account);
        if (isOwn && (!wishes.ReachOthers || time.GetElapsedTime(Known.View.ListedAt) >= ImapLimits.SharersKnown))
            return await NamespaceView.ListAsync(session, wishes.ReachOthers, cancel);
        var now = isOwn ? await Known.View.ListAgainAsync(session, cancel) : Known.View;
        foreach (var account in accounts.Where(account => account != session.Account))
        {
            await TryAsync(
                account,
                async () => now = await now.RefreshAsync(session, account, others[account], cancel),
                failed
            );
        }
        return now;
    }

    void Forget(AccountId account)
    {
        others.Remove(account);
        watches.Forget(account);
    }

    /// <summary>Listens to those whose mailboxes are new, even if they may not be read yet (RFC 5465 §5.9); they are looked at once more, as what they were when is not known.</summary>
    /// <returns>False when they are too many.</returns>
    bool WatchOthers()
    {
        foreach (var found in Known.View.Mailboxes)
        {
            if (found.IsOwn || others.ContainsKey(found.Account.Id) || !wishes.IsNamed(found))
                continue;
            if (others.Count == ImapLimits.NotifiedAccounts)
                return false;
            others.Add(found.Account.Id, found.Owner);
            watches.Begin(found.Account.Id, 0);
        }
        return true;
    }

    async ValueTask TellServerAsync(CancellationToken cancel)
    {
        if (await annotations.SinceAsync(default, serverRevision, cancel) is not { } changed)
            return;
        serverRevision = changed.Revision;
        session.Writer.MetadataChanged("", changed.Entries);
    }

    public void Dispose() => watches.Dispose();
}
