using Cloud.Store.Messages;
using Cloud.Store.Packing;
using Cloud.Store.Ports;

namespace Cloud.Store.Mailboxes;

/// <summary>Rows <c>b!{mailbox}</c>.</summary>
/// <remarks>They follow the account row in text order, so that one range reads both. To change that is a migration.</remarks>
static class MailboxRows
{
    public static string Key(MailboxId mailbox) => $"b!{mailbox}";

    public static RowRange All(AccountId account) => RowRange.Prefix(account.Value, "b!");

    public static bool IsKey(string row) => row.StartsWith("b!", StringComparison.Ordinal);

    public static RowData ToRow(MailboxRow mailbox)
    {
        var data = new RowData(capacity: 16)
        {
            { "Parent", (long)mailbox.Parent.Value },
            { "Name", mailbox.Name },
            { "Role", (int)mailbox.Role },
            { "Subscribed", mailbox.Subscribed },
            { "UidValidity", (long)mailbox.UidValidity },
            { "UidNext", (long)mailbox.UidNext },
            { "FirstRecent", (long)mailbox.FirstRecent },
            { "ModSeq", (long)mailbox.ModSeq }, // 63 bits, RFC 7162 §7
            { "Messages", mailbox.Messages },
            { "Unseen", mailbox.Unseen },
            { "Deleted", mailbox.Deleted },
            { "Octets", mailbox.Octets },
            { "Keywords", string.Join(' ', mailbox.Keywords) }, // atoms: none holds a space
            { "Doomed", mailbox.Doomed },
            { "Tail", mailbox.Tail.ToArray() },
        };
        if (!mailbox.OverviewPages.IsEmpty)
            data.Add("Overviews", Pack(mailbox.OverviewPages));
        if (mailbox.Acl is { } acl)
            data.Add("Acl", acl.Pack());
        if (mailbox.MetadataRevision > 0)
            data.Add("Metadata", (long)mailbox.MetadataRevision);
        return data;
    }

    public static MailboxRow From(RowKey key, RowData row) =>
        new(
            new(Convert.ToUInt32(key.Row[2..], 16)),
            new((uint)row.Long("Parent")),
            row.String("Name") ?? "",
            (MailboxRole)row.Int("Role"),
            row.Bool("Subscribed"),
            (uint)row.Long("UidValidity"),
            (uint)row.Long("UidNext"),
            (uint)row.Long("FirstRecent"),
            (ulong)row.Long("ModSeq"),
            row.Int("Messages"),
            row.Int("Unseen"),
            row.Int("Deleted"),
            row.Long("Octets"),
            row.String("Keywords") is { Length: > 0 } keywords ? keywords.Split(' ') : [],
            row.Bool("Doomed"),
            row.Bytes("Tail") ?? []
        )
        {
            MetadataRevision = (ulong)row.Long("Metadata"),
            OverviewPages = row.Bytes("Overviews") is { } pages ? Pages(pages) : UidSet.Empty,
            Acl = row.Bytes("Acl") is { } acl ? Acl.Unpack(acl) : null,
        };

    static byte[] Pack(UidSet pages)
    {
        var writer = new PackWriter(16);
        writer.Uids(pages);
        return writer.ToArray();
    }

    static UidSet Pages(byte[] packed)
    {
        var reader = new PackReader(packed);
        return reader.Uids();
    }
}
