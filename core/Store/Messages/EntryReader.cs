using Cloud.Store.Mailboxes;
using Cloud.Store.Ports;

namespace Cloud.Store.Messages;

/// <summary>Reads a mailbox's entries from its pages and its tail.</summary>
static class EntryReader
{
    /// <summary>Adds the entries of pages, both included, by rising UID.</summary>
    /// <param name="mailbox">
    /// Read before: what has left its tail since is then in a page. A UID that it has not given yet is left out.
    /// </param>
    public static async ValueTask ReadAsync(
        IRows rows,
        AccountId account,
        MailboxRow mailbox,
        uint first,
        uint last,
        List<MessageEntry> entries,
        CancellationToken cancel
    )
    {
        await foreach (var row in rows.ReadAsync(Tables.Mail, PageRows.Range(account, mailbox.Id, first, last), cancel))
            PageCodec.Unpack(PageRows.Packed(row.Data), PageRows.PageOf(row.Key), entries);
        if (mailbox.TailPage is { } page && page >= first && page <= last)
        {
            var newest = entries.Count == 0 ? 0 : entries[^1].Uid;
            var tail = new List<MessageEntry>();
            PageCodec.Unpack(mailbox.Tail.Span, page, tail);
            entries.AddRange(tail.Where(entry => entry.Uid > newest));
        }
        entries.RemoveAll(entry => entry.Uid >= mailbox.UidNext);
    }
}
