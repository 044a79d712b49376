using Cloud.Store.Ports;

namespace Cloud.Store.Mailboxes;

/// <summary>Rows <c>n!{mailbox}!{entry}</c>: annotations, the server's under mailbox 0.</summary>
/// <remarks>
/// One that was removed keeps its row without a value for a while, so that other sessions can be told of it. Only mailboxes whose
/// row says that they ever had some are looked at.
/// </remarks>
static class MetadataRows
{
    /// <summary>Stands for the server: mailboxes are numbered from 1.</summary>
    public static readonly MailboxId Server;

    public static string Key(MailboxId mailbox, string name) => $"n!{mailbox}!{KeyText.Encode(name)}";

    public static RowRange All(AccountId account, MailboxId mailbox) => RowRange.Prefix(account.Value, $"n!{mailbox}!");

    public static RowData ToRow(MetadataEntry entry)
    {
        var row = new RowData(3) { { "Name", entry.Name }, { "Revision", (long)entry.Revision } };
        if (entry.Value is { } value)
            row.Add("Value", value.ToArray());
        return row;
    }

    public static MetadataEntry From(RowData row) =>
        new(
            row.String("Name") ?? "",
            row.Bytes("Value") is { } value ? value : (ReadOnlyMemory<byte>?)null, // Else it would be an empty one.
            (ulong)row.Long("Revision")
        );

    /// <summary>In the order of their names; those that were removed too.</summary>
    public static async ValueTask<List<MetadataEntry>> ReadAsync(
        IRows rows,
        AccountId account,
        MailboxId mailbox,
        CancellationToken cancel
    )
    {
        var entries = new List<MetadataEntry>();
        await foreach (var row in rows.ReadAsync(Tables.Mail, All(account, mailbox), cancel))
            entries.Add(From(row.Data));
        entries.Sort((left, right) => string.CompareOrdinal(left.Name, right.Name));
        return entries;
    }
}
