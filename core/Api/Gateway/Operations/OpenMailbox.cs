using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;
using Cloud.Store.Ports;

namespace Cloud.Api.Gateway.Operations;

/// <summary>SELECT and EXAMINE: reads a mailbox whole.</summary>
static class OpenMailbox
{
    /// <summary>Readings before a mailbox that never rests is given as it is: the next sync sets it right.</summary>
    const int MaxTries = 4;

    public static async ValueTask<MailboxView?> RunAsync(
        AccountStore accounts,
        AccountId account,
        MailboxId id,
        bool claimRecent,
        CancellationToken cancel
    )
    {
        var state = await accounts.CurrentAsync(account, cancel);
        for (var tries = 1; state?.Find(id) is { } mailbox; tries++)
        {
            var entries = await ReadAsync(accounts, account, mailbox, cancel);
            var after = await accounts.CurrentAsync(account, cancel);
            if (tries < MaxTries && after?.Find(id)?.ModSeq != mailbox.ModSeq)
            {
                state = after;
                continue;
            }
            var recent = claimRecent
                ? await ClaimRecent.RunAsync(accounts, account, mailbox, cancel)
                : mailbox.FirstRecent;
            var path = MailboxPaths.Compose(state.Mailboxes, mailbox);
            return new(mailbox.ToMailbox(path) with { FirstRecent = recent }, state.Revision, entries);
        }
        return null;
    }

    static async ValueTask<List<MessageEntry>> ReadAsync(
        AccountStore accounts,
        AccountId account,
        MailboxRow mailbox,
        CancellationToken cancel
    )
    {
        var entries = new List<MessageEntry>(mailbox.Messages);
        if (mailbox.Messages == 0)
            return entries;
        var range = PageRows.Range(account, mailbox.Id, 0, PageRows.PageOf(mailbox.UidNext - 1));
        await foreach (var row in accounts.Rows.ReadAsync(Tables.Mail, range, cancel))
            PageCodec.Unpack(PageRows.Packed(row.Data), PageRows.PageOf(row.Key), entries);
        entries.RemoveAll(entry => entry.Uid >= mailbox.UidNext);
        return entries;
    }
}
