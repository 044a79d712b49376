using Cloud.Store.Ports;

namespace Cloud.Store.Accounts;

/// <summary>The account row. Every change of the account replaces it under its ETag: that makes history serial.</summary>
/// <param name="Revision">Rises by one with every change; the MODSEQ of what the change touched.</param>
/// <param name="LastMailbox">The last mailbox number given.</param>
/// <param name="LastUidValidity">The last UIDVALIDITY given; the next is higher.</param>
/// <param name="Octets">Sum of all placements' sizes.</param>
/// <param name="Quota">Octets allowed; 0 for no limit.</param>
/// <param name="LogFrom">The first revision whose log row is kept.</param>
/// <param name="LogSince">When that revision was made, seconds since 1970 UTC.</param>
/// <param name="Removed">The account is being deleted; nothing may change it any more.</param>
sealed record AccountRow(
    ulong Revision,
    uint LastMailbox,
    uint LastUidValidity,
    long Octets,
    int Messages,
    long Quota,
    ulong LogFrom,
    long LogSince,
    bool Removed
)
{
    /// <summary>Listeners that are told of each change; most accounts have none.</summary>
    public IReadOnlyList<Watcher> Watchers { get; init; } = [];

    /// <summary>The server puts a copy of what is sent into Sent.</summary>
    public bool SavesSent { get; init; }

    /// <summary>Each recipient elsewhere gets what is sent under a reverse path of its own.</summary>
    public bool UsesVerp { get; init; }

    /// <summary>
    /// Days that messages are kept, where nobody reads them: 0 until endpoints have them. Null for a user's, which stay.
    /// </summary>
    public int? Retention { get; init; }

    /// <summary>The change that last set or removed an annotation of the server's; 0 when there was none.</summary>
    public ulong MetadataRevision { get; init; }

    /// <summary>Octets of all annotations' values, which the quota does not count.</summary>
    public long MetadataOctets { get; init; }

    public bool HasRoom(long octets) => Quota == 0 || Octets + octets <= Quota;
}

/// <summary>Row <c>a</c>: the first of the partition.</summary>
static class AccountRows
{
    public const string Key = "a";

    /// <summary>The account row, the mailbox rows, and the hints of what others share.</summary>
    public static RowRange WithMailboxes(AccountId account) => new(account.Value, Key, "c");

    public static RowData ToRow(AccountRow account)
    {
        var row = new RowData(capacity: 10)
        {
            { "Revision", (long)account.Revision },
            { "LastMailbox", (long)account.LastMailbox },
            { "LastUidValidity", (long)account.LastUidValidity },
            { "Octets", account.Octets },
            { "Messages", account.Messages },
            { "Quota", account.Quota },
            { "LogFrom", (long)account.LogFrom },
            { "LogSince", account.LogSince },
            { "Removed", account.Removed },
        };
        if (account.SavesSent)
            row.Add("SavesSent", true);
        if (account.UsesVerp)
            row.Add("UsesVerp", true);
        if (account.Retention is { } days)
            row.Add("Retention", days);
        if (account.MetadataRevision > 0)
            row.Add("MetadataRevision", (long)account.MetadataRevision);
        if (account.MetadataOctets > 0)
            row.Add("MetadataOctets", account.MetadataOctets);
        if (account.Watchers.Count > 0)
            row.Add("Watchers", Watcher.Pack(account.Watchers));
        return row;
    }

    public static AccountRow From(RowData row) =>
        new(
            (ulong)row.Long("Revision"),
            (uint)row.Long("LastMailbox"),
            (uint)row.Long("LastUidValidity"),
            row.Long("Octets"),
            row.Int("Messages"),
            row.Long("Quota"),
            (ulong)row.Long("LogFrom"),
            row.Long("LogSince"),
            row.Bool("Removed")
        )
        {
            Watchers = Watcher.Unpack(row.Bytes("Watchers")),
            SavesSent = row.Bool("SavesSent"),
            UsesVerp = row.Bool("UsesVerp"),
            MetadataRevision = (ulong)row.Long("MetadataRevision"),
            MetadataOctets = row.Long("MetadataOctets"),
            Retention = row["Retention"] is int days ? days : null,
        };
}
