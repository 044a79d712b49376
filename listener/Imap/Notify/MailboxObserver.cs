using Cloud.Api.Gateway;
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
/// What this client does itself with names, subscriptions and annotations is not told to it (§5).
/// </remarks>
sealed class MailboxObserver(ImapSession session, NotifyWishes wishes) : IDisposable
{
    static readonly string[] AllEntries = [MetadataNames.Private, MetadataNames.Shared];

    readonly AccountWatches watches = new(session);

    /// <summary>Addresses of the others who are listened to.</summary>
    readonly Dictionary<AccountId, string> others = [];
    ulong serverRevision;
    long listedAt;

    public KnownMailboxes Known { get; } = new(wishes.ReachOthers);

    /// <summary>Something may have happened.</summary>
    public bool HasNews => watches.HasNews;

    /// <summary>Takes what there is as known.</summary>
    /// <returns>False when it is too much.</returns>
    public async ValueTask<bool> BeginAsync(bool status, CancellationToken cancel)
    {
        serverRevision = await session.Gateway.WatchAsync(session.Account, 0, cancel);
        Known.View = await ListAllAsync(cancel);
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
            return true; // At the next command's end it is tried again.
        }
    }

    async ValueTask<bool> LookAsync(CancellationToken cancel)
    {
        var ended = watches.Ended();
        var now = await ListAsync(ended.Keys, cancel);
        var changes = MailboxChange.Between(Known.View, now);
        if (changes.Count > ImapLimits.Notifications)
            return false;
        var report = new ChangeReport(session, wishes, now);
        foreach (var change in changes)
        {
            await report.WriteAsync(change, cancel);
            if (change is { Old: { } old, New: { IsOwn: true } found })
                await TellMetadataAsync(found, old.Mailbox.MetadataRevision, cancel);
            await session.Writer.FlushIfFullAsync();
        }
        if (wishes.WantsServer && ended.ContainsKey(session.Account))
            await TellServerAsync(cancel);
        Known.View = now;
        Known.Forget(ended.GetValueOrDefault(session.Account));
        foreach (var (account, seen) in ended)
        {
            // Whose account cannot be watched and has nothing to tell of is gone. One who shares nothing just now may again.
            if (
                account != session.Account
                && watches.HasFailed(account)
                && !now.Mailboxes.Any(found => found.Account.Id == account)
            )
                Forget(account);
            else
                watches.Begin(account, seen);
        }
        return WatchOthers();
    }

    /// <summary>The names as they are now, where something may have happened to them.</summary>
    async ValueTask<NamespaceView> ListAsync(ICollection<AccountId> accounts, CancellationToken cancel)
    {
        var time = session.Services.Time;
        var isOwn = accounts.Contains(session.Account);
        if (isOwn && (!wishes.ReachOthers || time.GetElapsedTime(listedAt) >= ImapLimits.SharersKnown))
            return await ListAllAsync(cancel);
        var now = isOwn ? await Known.View.ListAgainAsync(session, cancel) : Known.View;
        foreach (var account in accounts.Where(account => account != session.Account))
        {
            try
            {
                now = await now.RefreshAsync(session, account, others[account], cancel);
            }
            catch (StoreException e)
            {
                // One whose account cannot be read makes nobody deaf to the rest: it is tried again with the next news.
                Log.SyncFailed(session.Services.Logger, e, session.TraceId);
            }
        }
        return now;
    }

    async ValueTask<NamespaceView> ListAllAsync(CancellationToken cancel)
    {
        listedAt = session.Services.Time.GetTimestamp();
        return await NamespaceView.ListAsync(session, wishes.ReachOthers, cancel);
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

    async ValueTask TellMetadataAsync(FoundMailbox found, ulong since, CancellationToken cancel)
    {
        var (mailbox, events) = (found.Mailbox, wishes.Of(found, session.IsSelected(found)));
        if (mailbox.MetadataRevision <= since || !events.HasFlag(NotifyEvents.MailboxMetadataChange))
            return;
        var changed = await ChangedAsync(mailbox.Id, since, cancel);
        session.Writer.MetadataChanged(mailbox.Name, changed?.Entries ?? []);
    }

    async ValueTask TellServerAsync(CancellationToken cancel)
    {
        if (await ChangedAsync(default, serverRevision, cancel) is not { } changed)
            return;
        serverRevision = changed.Revision;
        session.Writer.MetadataChanged("", changed.Entries);
    }

    async ValueTask<MetadataAnswer?> ChangedAsync(MailboxId mailbox, ulong since, CancellationToken cancel)
    {
        var request = new MetadataRequest(session.Account, mailbox, AllEntries, int.MaxValue, null, since);
        var answer = await session.Gateway.GetMetadataAsync(request, cancel);
        return answer is null
            ? null
            : answer with
            {
                Entries = [.. answer.Entries.Where(entry => !Known.IsOwn(entry))],
            };
    }

    public void Dispose() => watches.Dispose();
}
