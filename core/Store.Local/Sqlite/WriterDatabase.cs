namespace Cloud.Store.Local.Sqlite;

/// <summary>The writing connection to <c>rows.db</c>, its schema, its statements and its counter.</summary>
sealed class WriterDatabase : IDisposable
{
    /// <summary>Numbers taken from the persistent counter at a time; a restart skips what is left of them.</summary>
    const long CounterStep = 1 << 20;

    readonly Database database;
    readonly Statement begin;
    readonly Statement commit;
    readonly Statement saveCounter;
    long counter;
    long counterLimit;

    public WriterDatabase(string path)
    {
        database = new Database(path, readOnly: false);
        try
        {
            CreateSchema();
            begin = database.Prepare("BEGIN IMMEDIATE");
            commit = database.Prepare("COMMIT");
            saveCounter = database.Prepare("UPDATE counter SET next = ?1");
            FindRow = database.Prepare("SELECT id, etag FROM rows WHERE key = ?1");
            InsertRow = database.Prepare("INSERT INTO rows (key, etag, data) VALUES (?1, ?2, ?3)");
            UpdateRow = database.Prepare("UPDATE rows SET etag = ?2, data = ?3 WHERE id = ?1");
            DeleteRow = database.Prepare("DELETE FROM rows WHERE id = ?1");
            Send = database.Prepare(
                "INSERT INTO messages (id, queue, visible, receipt, count, body) VALUES (?1, ?2, ?3, 0, 0, ?4)"
            );
            Visible = database.Prepare(
                "SELECT id, count, body FROM messages WHERE queue = ?1 AND visible <= ?2 ORDER BY visible, id LIMIT ?3"
            );
            Receive = database.Prepare(
                "UPDATE messages SET visible = ?2, receipt = ?3, count = count + 1 WHERE id = ?1"
            );
            Renew = database.Prepare(
                "UPDATE messages SET visible = ?4, receipt = ?5 WHERE id = ?1 AND queue = ?2 AND receipt = ?3"
            );
            DeleteMessage = database.Prepare("DELETE FROM messages WHERE id = ?1 AND queue = ?2 AND receipt = ?3");
            RemoveQueue = database.Prepare("DELETE FROM messages WHERE queue = ?1");
            ReadCounter();
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Key → id, etag.</summary>
    public Statement FindRow { get; }

    /// <summary>Key, etag, data.</summary>
    public Statement InsertRow { get; }

    /// <summary>Id, etag, data.</summary>
    public Statement UpdateRow { get; }

    /// <summary>Id.</summary>
    public Statement DeleteRow { get; }

    /// <summary>Id, queue, visible from, body.</summary>
    public Statement Send { get; }

    /// <summary>Queue, now, limit → id, count, body.</summary>
    public Statement Visible { get; }

    /// <summary>Id, visible from, receipt.</summary>
    public Statement Receive { get; }

    /// <summary>Id, queue, old receipt, visible from, new receipt.</summary>
    public Statement Renew { get; }

    /// <summary>Id, queue, receipt.</summary>
    public Statement DeleteMessage { get; }

    /// <summary>Queue.</summary>
    public Statement RemoveQueue { get; }

    public int Changes => database.Changes;

    public void Begin() => begin.Run();

    public void Commit() => commit.Run();

    public void Rollback()
    {
        if (database.InTransaction)
            database.Execute("ROLLBACK");
        // The step that was taken may be among what was rolled back.
        counterLimit = counter;
    }

    /// <summary>Commits something else where a failed commit may have left its frames whole.</summary>
    /// <remarks>
    /// A commit whose fsync failed is rolled back, but its frames stand in the log until the next commit is written
    /// over them; a crash before that would bring back what its callers were told is lost.
    /// </remarks>
    public void Overwrite()
    {
        Begin();
        saveCounter.Bind(1, counter + CounterStep);
        saveCounter.Run();
        Commit();
        counterLimit = counter + CounterStep;
    }

    /// <summary>A number never given before, not even before a restart.</summary>
    public long NextNumber()
    {
        if (counter == counterLimit)
        {
            saveCounter.Bind(1, counter + CounterStep);
            saveCounter.Run();
            counterLimit = counter + CounterStep;
        }
        return counter++;
    }

    public int Checkpoint() => database.Checkpoint(durable: false);

    public int TakePagesWritten() => database.TakePagesWritten();

    public void Dispose() => database.Dispose();

    // Rows lie in the order they were written, so that those of one group share pages; WITHOUT ROWID each has a page of
    // its own partition to itself: measured at twice the CPU and the log for a delivery. SQLite goes through its whole
    // cache at a commit that has split pages, so it is kept small: the kernel holds the file's pages, too.
    //
    // A reader that looks at the log's index while it changes takes the writer's lock for a moment: that is waited for.
    //
    // Who had received a message when the store was closed is gone: nobody works on it, and it is seen again at once.
    void CreateSchema() =>
        database.Execute(
            """
            PRAGMA busy_timeout = 1000;
            PRAGMA page_size = 4096;
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = FULL;
            PRAGMA wal_autocheckpoint = 0;
            PRAGMA journal_size_limit = 67108864;
            PRAGMA cache_size = -4096;
            PRAGMA temp_store = MEMORY;
            CREATE TABLE IF NOT EXISTS rows (
                id INTEGER PRIMARY KEY,
                key TEXT NOT NULL UNIQUE,
                etag INTEGER NOT NULL,
                data BLOB NOT NULL
            );
            CREATE TABLE IF NOT EXISTS messages (
                id INTEGER PRIMARY KEY,
                queue TEXT NOT NULL,
                visible INTEGER NOT NULL,
                receipt INTEGER NOT NULL,
                count INTEGER NOT NULL,
                body BLOB NOT NULL
            );
            CREATE INDEX IF NOT EXISTS messages_visible ON messages (queue, visible);
            UPDATE messages SET visible = 0 WHERE receipt <> 0;
            CREATE TABLE IF NOT EXISTS counter (next INTEGER NOT NULL);
            INSERT INTO counter (next) SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM counter);
            """
        );

    void ReadCounter()
    {
        var read = database.Prepare("SELECT next FROM counter");
        read.Step();
        counter = counterLimit = read.Long(0);
        read.Reset();
    }
}
