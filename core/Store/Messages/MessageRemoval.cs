using Cloud.Store.Accounts;
using Cloud.Store.Mailboxes;
using Cloud.Store.Ports;

namespace Cloud.Store.Messages;

/// <summary>Takes messages out of a mailbox, as many as one transaction holds.</summary>
static class MessageRemoval
{
    /// <summary>Messages looked at for one transaction: each changes a row of its own.</summary>
    const int PerTransaction = RowLimits.TransactionChanges - 5;

    public static async ValueTask<Removed> RemoveAsync(
        AccountChange change,
        MailboxRow mailbox,
        UidSet uids,
        uint from,
        bool onlyDeleted
    )
    {
        var removed = new Removed();
        var entries = new List<(PageDraft Page, MessageEntry Entry)>();
        await foreach (var found in change.Pages.EntriesAsync(mailbox, uids, from, mailbox.UidNext - 1))
        {
            if (onlyDeleted && !found.Entry.Flags.HasFlag(MessageFlags.Deleted))
                continue;
            if (entries.Count == PerTransaction)
            {
                removed = removed with { Next = found.Entry.Uid };
                break;
            }
            entries.Add(found);
        }
        await change.ReadAheadAsync(entries.Select(found => found.Entry.Email));
        foreach (var (page, entry) in entries)
        {
            if (!change.HasRoomFor(3))
            {
                removed = removed with { Next = entry.Uid };
                break;
            }
            change.Remove(mailbox.Id, page, entry, await change.EmailAsync(entry.Email));
            removed.Uids.Add(entry.Uid);
        }
        return removed with { Revision = change.IsEmpty ? change.Before.Revision : change.Revision };
    }
}

sealed record Removed
{
    public List<uint> Uids { get; } = [];

    public ulong Revision { get; init; }

    /// <summary>The first UID not looked at; null at the end.</summary>
    public uint? Next { get; init; }
}
