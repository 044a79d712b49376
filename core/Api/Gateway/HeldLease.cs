using Cloud.Store.Ports;

namespace Cloud.Api.Gateway;

/// <summary>A lease in its holder's hand: prolonged for as long as it is held, let go when disposed.</summary>
/// <remarks>A fault of the store is made good by the next round, well before the lease ends.</remarks>
public sealed class HeldLease : IAsyncDisposable
{
    readonly SemaphoreSlim writing = new(1, 1);
    readonly CancellationTokenSource ended = new();
    readonly Func<CancellationToken, ValueTask<bool>> renew;
    readonly Func<CancellationToken, ValueTask<bool>> release;
    readonly ITimer timer;
    bool isLost;

    /// <param name="renewing">Prolongs it; false when it has another holder by now.</param>
    /// <param name="releasing">Lets it go.</param>
    public HeldLease(
        Func<CancellationToken, ValueTask<bool>> renewing,
        Func<CancellationToken, ValueTask<bool>> releasing,
        TimeProvider time
    )
    {
        (renew, release) = (renewing, releasing);
        timer = time.CreateTimer(_ => _ = RenewAsync(), null, MaildropLeases.RenewEvery, MaildropLeases.RenewEvery);
    }

    async Task RenewAsync()
    {
        if (!await writing.WaitAsync(TimeSpan.Zero))
            return;
        try
        {
            isLost = isLost || !await renew(ended.Token);
        }
        catch (Exception e) when (e is StoreException or OperationCanceledException)
        {
            return;
        }
        finally
        {
            writing.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await timer.DisposeAsync();
        await ended.CancelAsync(); // a renewal that hangs would make the release wait
        await writing.WaitAsync();
        try
        {
            if (!isLost)
                await release(CancellationToken.None);
        }
        catch (StoreException)
        {
            return; // it ends by itself
        }
        finally
        {
            ended.Dispose();
        }
    }
}
