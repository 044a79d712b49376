using Cloud.Api.Gateway;
using Cloud.Store;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;

namespace Cloud.Listener.Imap.Selected;

/// <summary>A mailbox's entries as the latest of the sessions that have it selected knows them. For any number of threads.</summary>
/// <remarks>
/// Each session keeps a view of its own, for each has been told something else; pages that are alike are one in memory.
/// </remarks>
/// <param name="leave">A session has let go of it.</param>
sealed class SelectedEntries(Action<SelectedEntries> leave) : IDisposable
{
    sealed record Known(ulong Revision, EntryPages Entries);

    readonly Lock guard = new();
    Known? latest;

    /// <summary>Those that have it selected; whoever lists it counts.</summary>
    public int Sessions { get; set; }

    /// <summary>Reads the mailbox, or what is new since a session has last looked.</summary>
    /// <returns>Null when it is gone.</returns>
    public async ValueTask<MailboxView?> OpenAsync(
        IGateway gateway,
        Access account,
        MailboxId mailbox,
        bool claimRecent,
        CancellationToken cancel
    )
    {
        if (latest is not { } known)
        {
            var opened = await gateway.OpenAsync(account, mailbox, claimRecent, cancel);
            return opened is null ? null : opened with { Entries = Share(opened.Revision, opened.Entries) };
        }
        if (await gateway.SyncAsync(account, mailbox, known.Revision, claimRecent, cancel) is not { } changes)
            return null;
        var entries = known.Entries.Without(changes.Vanished).With(changes.Changed);
        if (changes.Revision >= known.Revision && entries.Count == changes.Mailbox.Messages)
            return new(changes.Mailbox, changes.Revision, Share(changes.Revision, entries));
        // A store that was set back, or a session that is wrong: its error must not become that of all who come.
        if (await gateway.OpenAsync(account, mailbox, claimRecent: false, cancel) is not { } whole)
            return null;
        lock (guard)
            latest = new(whole.Revision, whole.Entries);
        return whole with { Mailbox = whole.Mailbox with { FirstRecent = changes.Mailbox.FirstRecent } };
    }

    /// <param name="revision">The account's.</param>
    /// <param name="entries">All that there are at this revision; flags may be newer.</param>
    /// <returns>The same, with the pages of others where they are alike.</returns>
    public EntryPages Share(ulong revision, EntryPages entries)
    {
        lock (guard)
        {
            var shared = latest is null ? entries : entries.Sharing(latest.Entries);
            if (latest is null || revision >= latest.Revision)
                latest = new(revision, shared);
            return shared;
        }
    }

    public void Dispose() => leave(this);
}
