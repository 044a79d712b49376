using Cloud.Store.Ports;

namespace Cloud.Listener.Hosting;

/// <summary>Asks something that costs whether it answers: not often, once for all who want to know, and not for long.</summary>
/// <param name="ask">Throws <see cref="StoreException"/> when it does not.</param>
/// <param name="fault">What is said then.</param>
public sealed class CachedCheck(Func<CancellationToken, ValueTask> ask, string fault, TimeProvider time)
{
    /// <summary>How long an answer is believed: as long as probes usually pause.</summary>
    public static readonly TimeSpan Age = TimeSpan.FromSeconds(10);

    /// <summary>How long one is waited for: less than a probe waits for us.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    readonly Lock guard = new();
    Task<string?>? asking;
    long askedAt;

    public Task<string?> FaultAsync()
    {
        lock (guard)
        {
            if (asking is { IsCompleted: false })
                return asking;
            if (asking is null || time.GetElapsedTime(askedAt) >= Age)
                (asking, askedAt) = (AskAsync(), time.GetTimestamp());
            return asking;
        }
    }

    async Task<string?> AskAsync()
    {
        using var patience = new CancellationTokenSource(Patience, time);
        try
        {
            await ask(patience.Token).AsTask().WaitAsync(patience.Token);
            return null;
        }
        catch (Exception e) when (e is StoreException or OperationCanceledException)
        {
            return fault;
        }
    }
}
