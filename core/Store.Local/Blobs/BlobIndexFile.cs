using Cloud.Store.Local.Sqlite;

namespace Cloud.Store.Local.Blobs;

/// <summary>The index on disk, <c>blobs.db</c>: a copy of what the segments say, up to a position.</summary>
/// <remarks>May be deleted at any time while the store is closed; it is then rebuilt from the segments.</remarks>
sealed class BlobIndexFile : IDisposable
{
    public const int CurrentVersion = 1;

    readonly Database database;
    readonly Statement put;
    readonly Statement delete;
    readonly Statement putSegment;
    readonly Statement deleteSegment;
    readonly Statement putState;

    public BlobIndexFile(string path)
    {
        database = new Database(path, readOnly: false);
        try
        {
            database.Execute(
                """
                PRAGMA journal_mode = WAL;
                PRAGMA synchronous = NORMAL;
                PRAGMA journal_size_limit = 67108864;
                PRAGMA cache_size = -8192;
                CREATE TABLE IF NOT EXISTS blobs (
                    name TEXT PRIMARY KEY,
                    kind INTEGER NOT NULL,
                    segment INTEGER NOT NULL,
                    offset INTEGER NOT NULL,
                    size INTEGER NOT NULL,
                    length INTEGER NOT NULL
                ) WITHOUT ROWID;
                CREATE TABLE IF NOT EXISTS segments (
                    number INTEGER PRIMARY KEY,
                    length INTEGER NOT NULL,
                    live INTEGER NOT NULL,
                    tombstones INTEGER NOT NULL,
                    dropped INTEGER NOT NULL
                );
                CREATE TABLE IF NOT EXISTS state (
                    id INTEGER PRIMARY KEY,
                    salt INTEGER NOT NULL,
                    segment INTEGER NOT NULL,
                    offset INTEGER NOT NULL
                );
                """
            );
            Version = ReadVersion();
            put = database.Prepare(
                "REPLACE INTO blobs (name, kind, segment, offset, size, length) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
            );
            delete = database.Prepare("DELETE FROM blobs WHERE name = ?1");
            putSegment = database.Prepare(
                "REPLACE INTO segments (number, length, live, tombstones, dropped) VALUES (?1, ?2, ?3, ?4, ?5)"
            );
            deleteSegment = database.Prepare("DELETE FROM segments WHERE number = ?1");
            putState = database.Prepare("REPLACE INTO state (id, salt, segment, offset) VALUES (1, ?1, ?2, ?3)");
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Of the file's form; a new one has the current.</summary>
    public int Version { get; }

    /// <returns>The store's salt and the position covered; null in a new file.</returns>
    public (uint Salt, LogPosition Position)? ReadState()
    {
        var read = database.Prepare("SELECT salt, segment, offset FROM state");
        (uint, LogPosition)? state = read.Step() ? ((uint)read.Long(0), new(read.Int(1), read.Long(2))) : null;
        read.Reset();
        return state;
    }

    public Dictionary<int, SegmentUse> ReadSegments()
    {
        var segments = new Dictionary<int, SegmentUse>();
        var read = database.Prepare("SELECT number, length, live, tombstones, dropped FROM segments");
        while (read.Step())
            segments.Add(read.Int(0), new(read.Long(1), read.Long(2), read.Long(3), read.Long(4) != 0));
        read.Reset();
        return segments;
    }

    /// <summary>Writes one batch; all of it or nothing.</summary>
    /// <param name="segments">Changed ones; null forgets the segment.</param>
    /// <param name="durable">Also waits until it would survive a power failure.</param>
    public void Write(
        IEnumerable<KeyValuePair<string, BlobEntry>> entries,
        IEnumerable<KeyValuePair<int, SegmentUse?>> segments,
        uint salt,
        LogPosition position,
        bool durable
    )
    {
        database.Execute("BEGIN IMMEDIATE");
        try
        {
            foreach (var (name, entry) in entries)
                Write(name, entry);
            foreach (var (number, use) in segments)
                Write(number, use);
            putState.Bind(1, salt);
            putState.Bind(2, position.Segment);
            putState.Bind(3, position.Offset);
            putState.Run();
            database.Execute("COMMIT");
        }
        catch when (database.InTransaction)
        {
            database.Execute("ROLLBACK");
            throw;
        }
        if (durable)
            database.Checkpoint(durable: true);
    }

    /// <summary>Forgets a segment whose file is gone.</summary>
    public void Forget(int number) => Write(number, null);

    public void Dispose() => database.Dispose();

    int ReadVersion()
    {
        var read = database.Prepare("PRAGMA user_version");
        read.Step();
        var version = read.Int(0);
        read.Reset();
        if (version != 0)
            return version;
        database.Execute($"PRAGMA user_version = {CurrentVersion}");
        return CurrentVersion;
    }

    void Write(string name, BlobEntry entry)
    {
        if (entry.IsDeleted)
        {
            delete.BindText(1, name);
            delete.Run();
            return;
        }
        put.BindText(1, name);
        put.Bind(2, (long)entry.Kind);
        put.Bind(3, entry.At.Segment);
        put.Bind(4, entry.At.Offset);
        put.Bind(5, entry.At.Length);
        put.Bind(6, entry.Length);
        put.Run();
    }

    void Write(int number, SegmentUse? use)
    {
        if (use is not { } kept)
        {
            deleteSegment.Bind(1, number);
            deleteSegment.Run();
            return;
        }
        putSegment.Bind(1, number);
        putSegment.Bind(2, kept.Length);
        putSegment.Bind(3, kept.Live);
        putSegment.Bind(4, kept.Tombstones);
        putSegment.Bind(5, kept.IsDropped ? 1 : 0);
        putSegment.Run();
    }
}
