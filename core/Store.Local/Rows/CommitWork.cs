using System.Globalization;
using Cloud.Store.Local.Sqlite;
using Cloud.Store.Ports;

namespace Cloud.Store.Local.Rows;

/// <summary>A row transaction, packed by its caller so that the writing thread only binds and steps.</summary>
sealed class CommitWork : WriterWork<CommitResult>, IDisposable
{
    /// <summary>ETags count from 1: no row has this one.</summary>
    const long UnknownETag = 0;

    /// <param name="ETag">Null takes any.</param>
    readonly record struct Change(RowAction Action, long? ETag, int KeyAt, int DataAt, int End);

    readonly PooledBuffer packed;
    readonly Change[] changes;

    public CommitWork(string table, RowTransaction transaction)
    {
        StoredKey.CheckTable(table);
        var keys = transaction.Changes.Count * (table.Length + transaction.Partition.Length + 64);
        packed = new PooledBuffer(transaction.Size + keys);
        changes = new Change[transaction.Changes.Count];
        for (var i = 0; i < changes.Length; i++)
            changes[i] = Pack(table, transaction.Changes[i]);
    }

    public void Dispose() => packed.Dispose();

    protected override CommitResult Decide(WriterDatabase database)
    {
        Span<long> ids = stackalloc long[changes.Length];
        for (var i = 0; i < changes.Length; i++)
        {
            var conflict = Check(database, changes[i], out ids[i]);
            if (conflict != Conflict.None)
                return CommitResult.Refused(i, conflict);
        }
        var etags = new string?[changes.Length];
        for (var i = 0; i < changes.Length; i++)
            etags[i] = Apply(database, changes[i], ids[i]);
        return CommitResult.Success(etags);
    }

    Change Pack(string table, RowChange change)
    {
        var keyAt = packed.Length;
        packed.Ascii(table);
        packed.Byte((byte)'/');
        packed.Ascii(change.Key.Partition);
        packed.Byte((byte)'/');
        packed.Ascii(change.Key.Row);
        var dataAt = packed.Length;
        if (change.Data is { } data)
            RowCodec.Write(packed, data);
        return new(change.Action, Parse(change.ETag), keyAt, dataAt, packed.Length);
    }

    static long? Parse(string? etag)
    {
        if (etag is null)
            return null;
        return long.TryParse(etag, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : UnknownETag;
    }

    /// <param name="id">Of the row that is there, or 0.</param>
    Conflict Check(WriterDatabase database, Change change, out long id)
    {
        var find = database.FindRow;
        find.BindText(1, Key(change));
        var exists = find.Step();
        id = exists ? find.Long(0) : 0;
        var etag = exists ? find.Long(1) : UnknownETag;
        find.Reset();
        return change.Action switch
        {
            RowAction.Upsert => Conflict.None,
            RowAction.Insert => exists ? Conflict.Exists : Conflict.None,
            _ when !exists => Conflict.Missing,
            _ => change.ETag is { } wanted && wanted != etag ? Conflict.Changed : Conflict.None,
        };
    }

    string? Apply(WriterDatabase database, Change change, long id)
    {
        if (change.Action == RowAction.Delete)
        {
            database.DeleteRow.Bind(1, id);
            database.DeleteRow.Run();
            return null;
        }
        var etag = database.NextNumber();
        var put = id == 0 ? database.InsertRow : database.UpdateRow;
        if (id == 0)
            put.BindText(1, Key(change));
        else
            put.Bind(1, id);
        put.Bind(2, etag);
        put.BindBlob(3, packed.Slice(change.DataAt, change.End - change.DataAt));
        put.Run();
        return RowReader.ETag(etag);
    }

    ReadOnlySpan<byte> Key(Change change) => packed.Slice(change.KeyAt, change.DataAt - change.KeyAt);
}
