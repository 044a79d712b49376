using SQLitePCL;

namespace Cloud.Store.Local.Sqlite;

/// <summary>A compiled statement. Parameters count from 1, columns from 0.</summary>
/// <remarks>Whoever steps must reset: an open cursor holds its snapshot and the log behind it.</remarks>
sealed class Statement(Database database, sqlite3_stmt handle) : IDisposable
{
    public void Bind(int parameter, long value) => Check(raw.sqlite3_bind_int64(handle, parameter, value));

    public void BindText(int parameter, ReadOnlySpan<byte> utf8) =>
        // A null pointer would be NULL, not the empty text.
        Check(raw.sqlite3_bind_text(handle, parameter, utf8.IsEmpty ? "\0"u8[..0] : utf8));

    public void BindText(int parameter, string text) => Check(raw.sqlite3_bind_text(handle, parameter, text));

    public void BindBlob(int parameter, ReadOnlySpan<byte> bytes) =>
        Check(
            bytes.IsEmpty
                ? raw.sqlite3_bind_zeroblob(handle, parameter, 0)
                : raw.sqlite3_bind_blob(handle, parameter, bytes)
        );

    /// <returns>False after the last row.</returns>
    public bool Step()
    {
        var code = raw.sqlite3_step(handle);
        if (code == raw.SQLITE_ROW)
            return true;
        if (code == raw.SQLITE_DONE)
            return false;
        var fault = database.Fault(code);
        Reset();
        throw fault;
    }

    /// <summary>Runs to the end a statement that gives no rows.</summary>
    public void Run()
    {
        Step();
        Reset();
    }

    public void Reset() => _ = raw.sqlite3_reset(handle);

    public long Long(int column) => raw.sqlite3_column_int64(handle, column);

    public int Int(int column) => raw.sqlite3_column_int(handle, column);

    /// <summary>Valid until the next step or reset.</summary>
    public ReadOnlySpan<byte> Bytes(int column) => raw.sqlite3_column_blob(handle, column);

    public string Text(int column) => raw.sqlite3_column_text(handle, column).utf8_to_string();

    public void Dispose() => handle.Dispose();

    void Check(int code)
    {
        if (code != raw.SQLITE_OK)
            throw database.Fault(code);
    }
}
