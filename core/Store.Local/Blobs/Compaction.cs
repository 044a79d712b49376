using Cloud.Store.Ports;
using Microsoft.Extensions.Logging;

namespace Cloud.Store.Local.Blobs;

/// <summary>Gives back the room of deleted blobs: copies what a segment still holds to the log's end, then deletes it.</summary>
/// <remarks>
/// A copy goes through the appender, which takes it only while the name still stands for the original; so a blob that is
/// deleted meanwhile stays deleted. The file goes after the copies and the index that knows them are durable.
/// </remarks>
sealed class Compaction(
    BlobIndex index,
    SegmentFiles files,
    Appender appender,
    PinnedSegments pinned,
    LocalStoreOptions options,
    ILogger log
) : IDisposable
{
    /// <summary>Between two looks at the segments.</summary>
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    readonly CancellationTokenSource closing = new();
    readonly SemaphoreSlim turn = new(1);

    // Damaged or unreadable ones stay as they are, for somebody who can save more than this program.
    readonly HashSet<int> failed = [];
    Task running = Task.CompletedTask;

    public void Start() => running = Task.Run(RunAsync);

    /// <summary>Compacts every segment of which too little is in use.</summary>
    public async Task RunOnceAsync(CancellationToken cancel)
    {
        await turn.WaitAsync(cancel);
        try
        {
            while (Choose() is var (number, use))
                await CompactAsync(number, use, cancel);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Ends after the blob it is at.</summary>
    public void Dispose()
    {
        closing.Cancel();
        running.Wait(CancellationToken.None);
        closing.Dispose();
        turn.Dispose();
    }

    async Task RunAsync()
    {
        using var timer = new PeriodicTimer(Pause, options.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(closing.Token))
                await RunOnceAsync(closing.Token);
        }
        catch (OperationCanceledException) when (closing.IsCancellationRequested)
        {
            // The store closes; what was copied is good, the rest is found again.
            return;
        }
    }

    (int Number, SegmentUse Use)? Choose()
    {
        var active = appender.ActiveNumber;
        var segments = index.Segments();
        foreach (var (number, use) in segments.OrderBy(pair => pair.Key))
        {
            var isOldest = number == segments.Keys.Min();
            var needed = use.Live + (isOldest ? 0 : use.Tombstones);
            var isWorthIt = needed < (use.Length - SegmentFiles.HeadLength) * options.CompactBelow;
            if (number < active && isWorthIt && !use.IsDropped && !pinned.Contains(number) && !failed.Contains(number))
                return (number, use);
        }
        return null;
    }

    async Task CompactAsync(int number, SegmentUse use, CancellationToken cancel)
    {
        try
        {
            var isOldest = number == index.Segments().Keys.Min();
            await new SegmentMove(index, files, appender, pinned, number, isOldest).RunAsync(cancel);
            index.Drop(number);
            await index.FlushAsync();
            files.Delete(number);
            index.Forget(number);
            Log.Compacted(log, number, use.Live, use.Length);
        }
        catch (Exception cause) when (cause is StoreException or IOException)
        {
            failed.Add(number);
            Log.CompactionFailed(log, number, cause);
        }
    }
}
