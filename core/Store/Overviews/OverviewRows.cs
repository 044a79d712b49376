using Cloud.Store.Messages;
using Cloud.Store.Packing;
using Cloud.Store.Ports;

namespace Cloud.Store.Overviews;

/// <summary>Rows <c>o!{mailbox}!{page}</c>: overviews of a page whose UIDs have all been given.</summary>
/// <remarks>
/// They are derived: the first to read many headers of a page writes its row, and who takes a message out of the page
/// deletes it, in the same transaction. <see cref="Mailboxes.MailboxRow.OverviewPages"/> names those that there are.
/// </remarks>
static class OverviewRows
{
    const int PartBytes = RowLimits.PropertyBytes - 4;

    public static string Key(MailboxId mailbox, uint page) => $"o!{mailbox}!{page:x8}";

    public static RowRange Range(AccountId account, MailboxId mailbox, uint first, uint last) =>
        new(account.Value, Key(mailbox, first), Key(mailbox, last) + "!");

    /// <summary>The overviews of all mailboxes.</summary>
    public static RowRange All(AccountId account) => RowRange.Prefix(account.Value, "o!");

    public static uint PageOf(RowKey key) => Convert.ToUInt32(key.Row[^8..], 16);

    public static RowData ToRow(byte[] packed)
    {
        var data = new RowData();
        for (var part = 0; part * PartBytes < packed.Length; part++)
        {
            var rest = packed.AsSpan(part * PartBytes);
            data.Add(Part(part), rest[..Math.Min(rest.Length, PartBytes)].ToArray());
        }
        return data;
    }

    public static OverviewPage From(RowData row)
    {
        var parts = new List<byte[]>();
        while (row.Bytes(Part(parts.Count)) is { } bytes)
            parts.Add(bytes);
        return new(parts is [var only] ? only : Joined(parts));
    }

    static byte[] Joined(List<byte[]> parts)
    {
        var whole = new byte[parts.Sum(part => part.Length)];
        var at = 0;
        foreach (var part in parts)
        {
            part.CopyTo(whole, at);
            at += part.Length;
        }
        return whole;
    }

    static string Part(int part) => $"Part{part}";
}
