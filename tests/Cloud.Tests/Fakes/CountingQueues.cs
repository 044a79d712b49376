using Cloud.Store.Ports;

namespace Cloud.Tests.Fakes;

/// <summary>Counts what goes through the port.</summary>
public sealed class CountingQueues(IQueues inner) : IQueues
{
    int operations;

    public int Operations => operations;

    public void Reset() => operations = 0;

    public ValueTask SendAsync(string queue, ReadOnlyMemory<byte> body, TimeSpan delay, CancellationToken cancel)
    {
        Interlocked.Increment(ref operations);
        return inner.SendAsync(queue, body, delay, cancel);
    }

    public ValueTask<IReadOnlyList<QueueMessage>> ReceiveAsync(
        string queue,
        int limit,
        TimeSpan visibility,
        CancellationToken cancel
    )
    {
        Interlocked.Increment(ref operations);
        return inner.ReceiveAsync(queue, limit, visibility, cancel);
    }

    public ValueTask<QueueMessage?> RenewAsync(
        string queue,
        QueueMessage message,
        TimeSpan visibility,
        CancellationToken cancel
    )
    {
        Interlocked.Increment(ref operations);
        return inner.RenewAsync(queue, message, visibility, cancel);
    }

    public ValueTask<bool> DeleteAsync(string queue, QueueMessage message, CancellationToken cancel)
    {
        Interlocked.Increment(ref operations);
        return inner.DeleteAsync(queue, message, cancel);
    }

    public ValueTask<long> CountAsync(string queue, CancellationToken cancel)
    {
        Interlocked.Increment(ref operations);
        return inner.CountAsync(queue, cancel);
    }

    public ValueTask<bool> RemoveAsync(string queue, CancellationToken cancel)
    {
        Interlocked.Increment(ref operations);
        return inner.RemoveAsync(queue, cancel);
    }
}
