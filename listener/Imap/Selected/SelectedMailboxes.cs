using Cloud.Api.Gateway;
using Cloud.Store;
using Cloud.Store.Mailboxes;

namespace Cloud.Listener.Imap.Selected;

/// <summary>What this listener's sessions have selected: each mailbox lies in memory once, however many have it open.</summary>
/// <remarks>
/// Entries that come over HTTP would else be each session's own, 5.6 MB for 100,000 messages, and be sent whole for each
/// SELECT. Another's mailbox is one for the sessions of one reader: each reader has a \Seen of his own.
/// </remarks>
sealed class SelectedMailboxes
{
    readonly Lock guard = new();
    readonly Dictionary<(MailboxKey, AccountId? Reader), SelectedEntries> mailboxes = [];

    /// <summary>Reads a mailbox; where another session has selected it, what is new there.</summary>
    /// <returns>Null when it is gone; else also what to dispose of when it is no longer selected.</returns>
    public async ValueTask<(MailboxView View, SelectedEntries Shared)?> OpenAsync(
        IGateway gateway,
        Access account,
        MailboxId mailbox,
        bool claimRecent,
        CancellationToken cancel
    )
    {
        var shared = Join((new(account.Id, mailbox), account.By?.Account));
        MailboxView? view = null;
        try
        {
            view = await shared.OpenAsync(gateway, account, mailbox, claimRecent, cancel);
            return view is null ? null : (view, shared);
        }
        finally
        {
            if (view is null)
                shared.Dispose();
        }
    }

    SelectedEntries Join((MailboxKey, AccountId?) key)
    {
        lock (guard)
        {
            if (!mailboxes.TryGetValue(key, out var entries))
                mailboxes.Add(key, entries = new(left => Leave(key, left)));
            entries.Sessions++;
            return entries;
        }
    }

    void Leave((MailboxKey, AccountId?) key, SelectedEntries entries)
    {
        lock (guard)
        {
            if (--entries.Sessions == 0)
                mailboxes.Remove(key);
        }
    }
}
