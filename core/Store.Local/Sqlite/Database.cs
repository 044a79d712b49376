using Cloud.Store.Ports;
using SQLitePCL;

namespace Cloud.Store.Local.Sqlite;

/// <summary>One connection to one SQLite file; not for two threads at once.</summary>
/// <remarks>
/// SQLite's C interface without ADO.NET's layer: a delivery's transaction runs some dozen statements, and each costs
/// half. Every method may throw <see cref="StoreException"/>.
/// </remarks>
sealed class Database : IDisposable
{
    static readonly Lazy<bool> Engine = new(() =>
    {
        Batteries_V2.Init();
        return true;
    });

    readonly sqlite3 handle;
    readonly string path;
    readonly List<Statement> statements = [];

    public Database(string path, bool readOnly)
    {
        _ = Engine.Value;
        this.path = path;
        var flags = readOnly ? raw.SQLITE_OPEN_READONLY : raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE;
        var code = raw.sqlite3_open_v2(path, out handle, flags | raw.SQLITE_OPEN_NOMUTEX, null);
        if (code == raw.SQLITE_OK)
            return;
        var fault = Fault(code);
        handle.Dispose();
        throw fault;
    }

    public bool InTransaction => raw.sqlite3_get_autocommit(handle) == 0;

    /// <summary>Rows changed by the last statement.</summary>
    public int Changes => raw.sqlite3_changes(handle);

    public void Execute(string sql)
    {
        var code = raw.sqlite3_exec(handle, sql);
        if (code != raw.SQLITE_OK)
            throw Fault(code);
    }

    /// <summary>Compiles a statement that lives as long as the connection.</summary>
    public Statement Prepare(string sql)
    {
        var code = raw.sqlite3_prepare_v3(handle, sql, raw.SQLITE_PREPARE_PERSISTENT, out var statement);
        if (code != raw.SQLITE_OK)
            throw Fault(code);
        var prepared = new Statement(this, statement);
        statements.Add(prepared);
        return prepared;
    }

    /// <summary>Moves the log into the file as far as readers allow.</summary>
    /// <param name="durable">Waits for readers and empties the log.</param>
    /// <returns>Pages left in the log.</returns>
    public int Checkpoint(bool durable)
    {
        var mode = durable ? raw.SQLITE_CHECKPOINT_TRUNCATE : raw.SQLITE_CHECKPOINT_PASSIVE;
        var code = raw.sqlite3_wal_checkpoint_v2(handle, "main", mode, out var pages, out var moved);
        if (code is not (raw.SQLITE_OK or raw.SQLITE_BUSY))
            throw Fault(code);
        return pages - moved;
    }

    /// <summary>Pages this connection has written since it last said.</summary>
    public int TakePagesWritten()
    {
        _ = raw.sqlite3_db_status(handle, raw.SQLITE_DBSTATUS_CACHE_WRITE, out var pages, out _, 1);
        return pages;
    }

    public StoreException Fault(int code)
    {
        var message = $"{path}: {raw.sqlite3_errmsg(handle).utf8_to_string()} ({code})";
        return (code & 0xFF) == raw.SQLITE_FULL ? new StoreFullException(message) : new StoreException(message);
    }

    public void Dispose()
    {
        foreach (var statement in statements)
            statement.Dispose();
        handle.Dispose();
    }
}
