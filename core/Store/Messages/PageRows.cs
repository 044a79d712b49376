using Cloud.Store.Mailboxes;
using Cloud.Store.Ports;

namespace Cloud.Store.Messages;

/// <summary>Rows <c>p!{mailbox}!{page}</c>: up to 256 entries of a mailbox.</summary>
/// <remarks>
/// Page n holds UIDs 256n+1 to 256n+256; both numbers in eight hexadecimal digits, so that text order is UID order and
/// one range reads a mailbox. An empty page has no row. To change either is a migration.
/// </remarks>
static class PageRows
{
    public const uint UidsPerPage = 256;

    public static string Key(MailboxId mailbox, uint page) => $"p!{mailbox}!{page:x8}";

    public static uint PageOf(uint uid) => (uid - 1) / UidsPerPage;

    public static uint FirstUid(uint page) => page * UidsPerPage + 1;

    /// <summary>The first UID of the page that a UID belongs to; 0 belongs to the first.</summary>
    public static uint FirstOf(uint uid) => FirstUid(PageOf(Math.Max(uid, 1)));

    /// <summary>The last UID of the page that a UID belongs to.</summary>
    public static uint LastOf(uint uid) => (uint)Math.Min(FirstOf(uid) + (UidsPerPage - 1UL), uint.MaxValue);

    /// <summary>Pages from first to last, both included.</summary>
    public static RowRange Range(AccountId account, MailboxId mailbox, uint first, uint last) =>
        new(account.Value, Key(mailbox, first), Key(mailbox, last) + "!");

    /// <summary>The pages of all mailboxes.</summary>
    public static RowRange All(AccountId account) => RowRange.Prefix(account.Value, "p!");

    public static RowData ToRow(byte[] packed) => new() { { "Entries", packed } };

    public static byte[] Packed(RowData row) => row.Bytes("Entries") ?? [];

    public static uint PageOf(RowKey key) => Convert.ToUInt32(key.Row[^8..], 16);
}
