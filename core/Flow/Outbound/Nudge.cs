namespace Cloud.Flow.Outbound;

/// <summary>Wakes who waits for work, if it comes from this process.</summary>
sealed class Nudge
{
    volatile TaskCompletionSource source = New();

    public void Set() => source.TrySetResult();

    /// <summary>Waits for the next nudge, or so long. One that came while nobody waited counts.</summary>
    public async ValueTask WaitAsync(TimeSpan longest, TimeProvider time, CancellationToken cancel)
    {
        await source.Task.WaitAsync(longest, time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (source.Task.IsCompleted)
            source = New();
    }

    static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
