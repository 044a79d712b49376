using Cloud.Store.Local.Blobs;
using Cloud.Store.Local.Queues;
using Cloud.Store.Local.Rows;
using Cloud.Store.Local.Sqlite;
using Cloud.Store.Ports;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cloud.Store.Local;

/// <summary>The embedded adapter: everything in one directory of one machine.</summary>
/// <remarks>
/// <c>rows.db</c> holds rows and queues, <c>blobs/</c> the segments, <c>blobs.db</c> their index (it may be deleted
/// while the store is closed). A backup is a copy of the directory while the store is closed.
/// </remarks>
public sealed class LocalStore : IAsyncDisposable
{
    readonly Stack<IDisposable> parts;

    readonly Compaction compaction;

    LocalStore(Stack<IDisposable> parts, IRows rows, IQueues queues, (IBlobs, Compaction) blobs)
    {
        this.parts = parts;
        Rows = rows;
        Queues = queues;
        (Blobs, compaction) = blobs;
    }

    public IRows Rows { get; }

    public IBlobs Blobs { get; }

    public IQueues Queues { get; }

    /// <exception cref="StoreInUseException">Another process has the directory.</exception>
    /// <exception cref="StoreException">What is there cannot be read.</exception>
    public static Task<LocalStore> OpenAsync(LocalStoreOptions options, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.SegmentBytes, LocalStoreOptions.MinSegmentBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.SegmentBytes, LocalStoreOptions.MaxSegmentBytes);
        return Task.Run(() => Open(options), cancel);
    }

    /// <summary>Gives back the room of deleted blobs now, instead of when it suits.</summary>
    public Task CompactAsync(CancellationToken cancel) => compaction.RunOnceAsync(cancel);

    /// <summary>Finishes what was begun, then closes. No other call may follow.</summary>
    public async ValueTask DisposeAsync() => await Task.Run(() => Close(parts));

    static LocalStore Open(LocalStoreOptions options)
    {
        var opened = new Stack<IDisposable>();
        try
        {
            Disk.CreatePrivateDirectory(options.Directory);
            opened.Push(DirectoryLock.Take(options.Directory));
            var thread = Own(opened, new WriterThread());
            var (rows, queues) = OpenRows(options, thread, opened);
            return new LocalStore(opened, rows, queues, OpenBlobs(options, thread, opened));
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            Close(opened);
            throw Disk.Fault($"{options.Directory} cannot be opened: {cause.Message}", cause);
        }
        catch
        {
            Close(opened);
            throw;
        }
    }

    static (LocalRows, LocalQueues) OpenRows(LocalStoreOptions options, WriterThread thread, Stack<IDisposable> parts)
    {
        var path = Path.Combine(options.Directory, "rows.db");
        Disk.CreatePrivate(path);
        var database = Own(parts, new WriterDatabase(path));
        var readers = Own(
            parts,
            new ReaderPool<RowReader>(Math.Clamp(2 * Environment.ProcessorCount, 4, 16), () => new RowReader(path))
        );
        var writer = Own(parts, new SqliteWriter(database, thread, options.Logger ?? NullLogger.Instance));
        return (new(writer, readers), new(writer, readers, options.Time));
    }

    static (LocalBlobs, Compaction) OpenBlobs(LocalStoreOptions options, WriterThread thread, Stack<IDisposable> parts)
    {
        var log = options.Logger ?? NullLogger.Instance;
        var opened = new BlobRecovery(
            Path.Combine(options.Directory, "blobs"),
            Path.Combine(options.Directory, "blobs.db"),
            options.Entropy,
            options.SegmentBytes,
            log
        ).Open();
        var files = Own(parts, opened.Files);
        var index = Own(parts, opened.Index);
        var pinned = new PinnedSegments();
        var appender = Own(parts, new Appender(index, files, opened.Active, options.SegmentBytes, thread, log));
        var mover = Own(parts, new Compaction(index, files, appender, pinned, options, log));
        mover.Start();
        return (new(index, files, appender, pinned), mover);
    }

    static T Own<T>(Stack<IDisposable> parts, T part)
        where T : IDisposable
    {
        parts.Push(part);
        return part;
    }

    static void Close(Stack<IDisposable> parts)
    {
        while (parts.TryPop(out var part))
            part.Dispose();
    }
}
