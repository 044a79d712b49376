namespace Cloud.Listener.Gateway;

/// <summary>Back-pressure: so many calls at once, so many that wait, and not for long.</summary>
sealed class Turns(int inFlight, int waiting, TimeSpan patience, TimeProvider time) : IDisposable
{
    readonly SemaphoreSlim free = new(inFlight);
    int inLine;

    /// <exception cref="GatewayFault">There is no turn to be had.</exception>
    public async ValueTask TakeAsync(CancellationToken cancel)
    {
        if (await free.WaitAsync(TimeSpan.Zero, cancel))
            return;
        if (Interlocked.Increment(ref inLine) > waiting)
        {
            Interlocked.Decrement(ref inLine);
            throw Busy();
        }
        using var over = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, over.Token);
        try
        {
            await free.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw Busy();
        }
        finally
        {
            Interlocked.Decrement(ref inLine);
        }
    }

    public void GiveBack() => free.Release();

    public void Dispose() => free.Dispose();

    /// <summary>Not to be tried again: waiting is what did not help.</summary>
    static GatewayFault Busy() => GatewayFault.Refused("Too many calls to the gateway are under way");
}
