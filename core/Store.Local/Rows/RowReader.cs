using System.Globalization;
using System.Text;
using Cloud.Store.Local.Sqlite;
using Cloud.Store.Ports;

namespace Cloud.Store.Local.Rows;

/// <summary>One read-only connection to <c>rows.db</c>.</summary>
sealed class RowReader : IDisposable
{
    /// <summary>Bytes of stored rows after which a page ends, so that 1,000 rows of 1 MiB are not one answer.</summary>
    const int PageBytes = 4 * 1024 * 1024;

    readonly Database database;
    readonly Statement get;
    readonly Statement query;
    readonly Statement queryPartitions;
    readonly Statement due;
    readonly Statement count;

    public RowReader(string path)
    {
        database = new Database(path, readOnly: true);
        database.Execute("PRAGMA cache_size = -1024");
        get = database.Prepare("SELECT etag, data FROM rows WHERE key = ?1");
        query = database.Prepare("SELECT key, etag, data FROM rows WHERE key >= ?1 AND key < ?2 ORDER BY key LIMIT ?3");
        queryPartitions = database.Prepare(
            "SELECT key, etag, data FROM rows WHERE key >= ?1 AND key < ?2 AND substr(key, -length(?4)) = ?4 "
                + "ORDER BY key LIMIT ?3"
        );
        due = database.Prepare("SELECT 1 FROM messages WHERE queue = ?1 AND visible <= ?2 LIMIT 1");
        count = database.Prepare("SELECT count(*) FROM messages WHERE queue = ?1");
    }

    public static string ETag(long number) => number.ToString(CultureInfo.InvariantCulture);

    public Row? Get(string table, RowKey key)
    {
        Span<byte> stored = stackalloc byte[StoredKey.MaxLength];
        get.BindText(1, stored[..StoredKey.Write(stored, table, key.Partition, key.Row)]);
        try
        {
            return get.Step() ? new Row(key, RowCodec.Read(get.Bytes(1)), ETag(get.Long(0))) : null;
        }
        finally
        {
            get.Reset();
        }
    }

    public RowPage Query(string table, RowRange range, int limit)
    {
        Span<byte> stored = stackalloc byte[StoredKey.RangeLength];
        query.BindText(1, stored[..StoredKey.Write(stored, table, range.Partition, range.From)]);
        var end = range.To is { } to
            ? StoredKey.Write(stored, table, range.Partition, to)
            : StoredKey.WriteEnd(stored, table, range.Partition);
        query.BindText(2, stored[..end]);
        query.Bind(3, limit + 1);
        try
        {
            return ReadPage(query, table, range.Partition, limit);
        }
        finally
        {
            query.Reset();
        }
    }

    /// <param name="continuation">The last partition given; null for the first page.</param>
    public RowPage Query(string table, PartitionRange range, string? continuation, int limit)
    {
        Span<byte> stored = stackalloc byte[StoredKey.RangeLength];
        var start = continuation is null
            ? StoredKey.WriteStart(stored, table, range.From)
            : StoredKey.WriteEnd(stored, table, continuation);
        queryPartitions.BindText(1, stored[..start]);
        queryPartitions.BindText(2, stored[..StoredKey.WriteStart(stored, table, range.To)]);
        queryPartitions.Bind(3, limit + 1);
        queryPartitions.BindText(4, $"/{range.Row}");
        try
        {
            return ReadPage(queryPartitions, table, null, limit);
        }
        finally
        {
            queryPartitions.Reset();
        }
    }

    /// <summary>Whether the queue has a message that is visible at that time.</summary>
    public bool HasVisible(string queue, long ticks)
    {
        due.BindText(1, queue);
        due.Bind(2, ticks);
        var has = due.Step();
        due.Reset();
        return has;
    }

    public long CountMessages(string queue)
    {
        count.BindText(1, queue);
        count.Step();
        var messages = count.Long(0);
        count.Reset();
        return messages;
    }

    public void Dispose() => database.Dispose();

    /// <param name="partition">Of all rows; null when each has its own, and a page goes on behind the last one's.</param>
    static RowPage ReadPage(Statement statement, string table, string? partition, int limit)
    {
        var rows = new List<Row>();
        for (var size = 0; statement.Step(); )
        {
            if (rows.Count == limit || size > PageBytes)
                return new(rows, partition is null ? rows[^1].Key.Partition : rows[^1].Key.Row);
            var key = statement.Bytes(0)[(table.Length + 1)..];
            var of = partition ?? Encoding.ASCII.GetString(key[..key.IndexOf((byte)'/')]);
            var row = Encoding.ASCII.GetString(key[(of.Length + 1)..]);
            var data = statement.Bytes(2);
            size += data.Length;
            rows.Add(new(new(of, row), RowCodec.Read(data), ETag(statement.Long(1))));
        }
        return new(rows, null);
    }
}
