using Cloud.Store.Ports;

namespace Cloud.Store.Counting;

/// <summary>Counts what goes through the port: operations are the price of a message.</summary>
public sealed class CountingQueues(IQueues inner) : IQueues
{
    int sends;
    int receives;
    int deletes;
    int others;

    public int Sends => sends;

    /// <summary>Looks into a queue, whether there was something or not.</summary>
    public int Receives => receives;

    public int Deletes => deletes;

    public int Operations => sends + receives + deletes + others;

    public void Reset() => sends = receives = deletes = others = 0;

    public ValueTask SendAsync(string queue, ReadOnlyMemory<byte> body, TimeSpan delay, CancellationToken cancel)
    {
        Interlocked.Increment(ref sends);
        return inner.SendAsync(queue, body, delay, cancel);
    }

    public ValueTask<IReadOnlyList<QueueMessage>> ReceiveAsync(
        string queue,
        int limit,
        TimeSpan visibility,
        CancellationToken cancel
    )
    {
        Interlocked.Increment(ref receives);
        return inner.ReceiveAsync(queue, limit, visibility, cancel);
    }

    public ValueTask<QueueMessage?> RenewAsync(
        string queue,
        QueueMessage message,
        TimeSpan visibility,
        CancellationToken cancel
    )
    {
        Interlocked.Increment(ref others);
        return inner.RenewAsync(queue, message, visibility, cancel);
    }

    public async ValueTask<bool> DeleteAsync(string queue, QueueMessage message, CancellationToken cancel)
    {
        var deleted = await inner.DeleteAsync(queue, message, cancel);
        Interlocked.Increment(ref deletes);
        return deleted;
    }

    public ValueTask<long> CountAsync(string queue, CancellationToken cancel)
    {
        Interlocked.Increment(ref others);
        return inner.CountAsync(queue, cancel);
    }

    public ValueTask<bool> RemoveAsync(string queue, CancellationToken cancel)
    {
        Interlocked.Increment(ref others);
        return inner.RemoveAsync(queue, cancel);
    }
}
