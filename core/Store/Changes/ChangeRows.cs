using Cloud.Store.Ports;

namespace Cloud.Store.Changes;

/// <summary>Rows <c>c!{revision}</c>: the change log, one row a change, in sixteen hexadecimal digits: oldest first.</summary>
static class ChangeRows
{
    public static string Key(ulong revision) => $"c!{revision:x16}";

    public static ulong RevisionOf(RowKey key) => Convert.ToUInt64(key.Row[2..], 16);

    /// <summary>Revisions from first to last, both included.</summary>
    public static RowRange Range(AccountId account, ulong first, ulong last) =>
        new(account.Value, Key(first), Key(last) + "!");

    /// <param name="token">Tells this try of the change from any other: how an unknown outcome is found out.</param>
    public static RowData ToRow(ChangeLog log, DateTimeOffset at, ulong token) =>
        new()
        {
            { "At", at },
            { "Log", log.Pack() },
            { "Token", (long)token },
        };

    public static ChangeLog Log(RowData row) => ChangeLog.Unpack(row.Bytes("Log") ?? []);

    public static DateTimeOffset At(RowData row) => row.Time("At") ?? default;

    public static ulong Token(RowData row) => (ulong)row.Long("Token");
}
