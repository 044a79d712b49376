using Cloud.Api.Gateway;
using Cloud.Listener.Imap.Commands;
using Cloud.Listener.Imap.Selected;
using Cloud.Listener.Imap.Wire;
using Cloud.Store;
using Cloud.Store.Mailboxes;
using Cloud.Store.Ports;

namespace Cloud.Listener.Imap.Notify;

/// <summary>Sees what happens in an account beside the selected mailbox, and tells what NOTIFY has asked for (RFC 5465).</summary>
/// <remarks>
/// One watch of the account ends when anything changes; then the mailboxes are listed, and what differs from the last list is told.
/// What this client does itself with names, subscriptions and annotations is not told to it (§5).
/// </remarks>
sealed class MailboxObserver(ImapSession session, NotifyWishes wishes) : IDisposable
{
    static readonly string[] AllEntries = [MetadataNames.Private, MetadataNames.Shared];

    readonly CancellationTokenSource closing = new();
    readonly HashSet<MailboxId> own = [];
    readonly HashSet<ulong> ownRevisions = [];
    Dictionary<MailboxId, Mailbox> known = [];
    Task<ulong>? watch;
    ulong revision;
    ulong serverRevision;

    /// <summary>Something may have happened.</summary>
    public bool HasNews => watch is { IsCompleted: true };

    /// <summary>Takes what there is as known.</summary>
    public async ValueTask BeginAsync(bool status, CancellationToken cancel)
    {
        revision = await session.Gateway.WatchAsync(session.Account, 0, cancel);
        var all = await session.Gateway.ListMailboxesAsync(session.Account, cancel);
        known = all.ToDictionary(mailbox => mailbox.Id);
        serverRevision = revision;
        Watch();
        foreach (var mailbox in status ? all : [])
        {
            var events = wishes.Of(mailbox, session.IsSelected(mailbox.Id)) & NotifyEvents.OfMessages;
            if (events == NotifyEvents.None)
                continue;
            List<string> items = ["MESSAGES", "UIDNEXT", "UIDVALIDITY"];
            if (events.HasFlag(NotifyEvents.FlagChange) || session.Dialect.Condstore)
                items.Add("HIGHESTMODSEQ"); // §3.1
            await new StatusItems(items).WriteUnaskedAsync(session, NamespaceView.Own(session, mailbox), cancel);
            await session.Writer.FlushIfFullAsync();
        }
    }

    /// <summary>This client has itself changed a mailbox's name, subscription or annotations.</summary>
    public void Took(MailboxId mailbox) => own.Add(mailbox);

    /// <summary>This client has itself changed annotations.</summary>
    public void Took(ulong after) => ownRevisions.Add(after);

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
        var seen = watch is { IsCompletedSuccessfully: true } ? Math.Max(revision, watch.Result) : revision;
        var all = await session.Gateway.ListMailboxesAsync(session.Account, cancel);
        var now = all.ToDictionary(mailbox => mailbox.Id);
        var changes = MailboxChange.Between(known, now);
        if (changes.Count > ImapLimits.Notifications)
            return false;
        var report = new ChangeReport(session, wishes, all);
        foreach (var change in changes)
        {
            await report.WriteAsync(change, own.Contains(change.Id), cancel);
            if (change is { Old: not null, New: { } mailbox })
                await TellMetadataAsync(mailbox, change.Old.MetadataRevision, cancel);
            await session.Writer.FlushIfFullAsync();
        }
        if (wishes.WantsServer)
            await TellServerAsync(cancel);
        (known, revision) = (now, seen);
        own.Clear();
        ownRevisions.RemoveWhere(one => one <= seen);
        Watch();
        return true;
    }

    async ValueTask TellMetadataAsync(Mailbox mailbox, ulong since, CancellationToken cancel)
    {
        var events = wishes.Of(mailbox, session.IsSelected(mailbox.Id));
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
                Entries = [.. answer.Entries.Where(entry => !ownRevisions.Contains(entry.Revision))],
            };
    }

    void Watch()
    {
        watch = session.Gateway.WatchAsync(session.Account, revision, closing.Token).AsTask();
        _ = watch.ContinueWith(
            static (ended, state) =>
            {
                _ = ended.Exception; // Seen: a failed watch wakes nobody, or an idle session would spin.
                if (ended.IsCompletedSuccessfully)
                    ((ImapSession)state!).Connection.Wake();
            },
            session,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default
        );
    }

    public void Dispose()
    {
        closing.Cancel();
        closing.Dispose();
    }
}
