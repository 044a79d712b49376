using Cloud.Store.Ports;

namespace Cloud.Store.Sharing;

/// <summary>Rows <c>v!{mailbox}!{reader}</c> of the owner's account: what the reader has seen, cut into properties.</summary>
static class SeenRows
{
    public static string Key(MailboxId mailbox, AccountId reader) => $"v!{mailbox}!{reader}";

    public static AccountId ReaderOf(RowKey key) => new(key.Row[(key.Row.LastIndexOf('!') + 1)..]);

    /// <summary>Those of all readers of a mailbox.</summary>
    public static RowRange Of(AccountId account, MailboxId mailbox) => RowRange.Prefix(account.Value, $"v!{mailbox}!");

    public static RowData ToRow(SeenMarks marks)
    {
        var row = new RowData();
        foreach (var (at, part) in marks.Pack().Chunk(RowLimits.PropertyBytes).Index())
            row.Add($"Marks{at}", part);
        return row;
    }

    public static SeenMarks From(RowData row)
    {
        var packed = new List<byte>();
        for (var at = 0; row.Bytes($"Marks{at}") is { } part; at++)
            packed.AddRange(part);
        return SeenMarks.Unpack([.. packed]);
    }

    public static async ValueTask<SeenMarks> ReadAsync(
        IRows rows,
        AccountId account,
        MailboxId mailbox,
        AccountId reader,
        CancellationToken cancel
    ) =>
        await rows.GetAsync(Tables.Mail, new(account.Value, Key(mailbox, reader)), cancel) is { } row
            ? From(row.Data)
            : SeenMarks.None;
}
