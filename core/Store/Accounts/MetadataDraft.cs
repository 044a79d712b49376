using Cloud.Store.Mailboxes;
using Cloud.Store.Ports;

namespace Cloud.Store.Accounts;

/// <summary>The annotations that a change sets and removes.</summary>
sealed class MetadataDraft(AccountChange change, IRows rows)
{
    readonly Dictionary<string, RowData?> drafts = [];

    /// <summary>Rows of the transaction.</summary>
    public int Count => drafts.Count;

    /// <summary>Octets of these.</summary>
    public long Octets => drafts.Values.Sum(row => (long)(row?.Size ?? 0));

    /// <summary>As they stood before this change.</summary>
    public async ValueTask<List<MetadataEntry>> ReadAsync(MailboxId mailbox) =>
        RevisionOf(mailbox) == 0 ? [] : await MetadataRows.ReadAsync(rows, change.Id, mailbox, change.Cancel);

    /// <summary>Replaces a mailbox's annotations, as far as they differ; another session is told of it.</summary>
    public void Replace(MailboxId mailbox, IReadOnlyList<MetadataEntry> before, IReadOnlyList<MetadataEntry> after)
    {
        var kept = after.Select(entry => entry.Name).ToHashSet();
        foreach (var entry in before.Where(entry => !kept.Contains(entry.Name)))
            drafts[MetadataRows.Key(mailbox, entry.Name)] = null;
        foreach (var entry in after.Where(entry => entry.Revision == change.Revision))
            drafts[MetadataRows.Key(mailbox, entry.Name)] = MetadataRows.ToRow(entry);
        Touch(mailbox, SizeOf(after) - SizeOf(before));
    }

    /// <summary>They go with their mailbox, which is being removed.</summary>
    public async ValueTask RemoveAsync(MailboxId mailbox)
    {
        var before = await ReadAsync(mailbox);
        foreach (var entry in before)
            drafts[MetadataRows.Key(mailbox, entry.Name)] = null;
        if (before.Count > 0)
            AddOctets(-SizeOf(before));
    }

    /// <summary>Gives another mailbox, which has none, the same, where the account has room for it.</summary>
    public async ValueTask CopyAsync(MailboxId source, MailboxId target)
    {
        var entries = (await ReadAsync(source)).Where(entry => entry.Value is not null);
        var copies = entries.Select(entry => entry with { Revision = change.Revision }).ToList();
        var all = change.Account.MetadataOctets + SizeOf(copies);
        if (copies.Count > 0 && all <= MetadataLimits.AccountBytes)
            Replace(target, [], copies);
    }

    public void AddTo(RowTransaction transaction)
    {
        foreach (var (key, row) in drafts)
        {
            if (row is null)
                transaction.Delete(key);
            else
                transaction.Upsert(key, row);
        }
    }

    public static long SizeOf(IEnumerable<MetadataEntry> entries) => entries.Sum(entry => entry.Value?.Length ?? 0L);

    void Touch(MailboxId mailbox, long octets)
    {
        if (mailbox == MetadataRows.Server)
        {
            change.Log.Of(mailbox);
            change.SetQuietly(account => account with { MetadataRevision = change.Revision });
        }
        else if (change.Mailbox(mailbox) is { } row)
        {
            change.SetMailbox(row with { MetadataRevision = change.Revision });
        }
        AddOctets(octets);
    }

    void AddOctets(long octets) =>
        change.SetQuietly(account => account with { MetadataOctets = Math.Max(0, account.MetadataOctets + octets) });

    ulong RevisionOf(MailboxId mailbox) =>
        mailbox == MetadataRows.Server ? change.Account.MetadataRevision : change.Row(mailbox)?.MetadataRevision ?? 0;
}
