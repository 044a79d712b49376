using Cloud.Store.Ports;

namespace Cloud.Tests.Flow.Hooks;

/// <summary>Queues of which one takes nothing for a while.</summary>
sealed class QueueOutage(IQueues inner) : IQueues
{
    public string? Fails { get; set; }

    public ValueTask SendAsync(string queue, ReadOnlyMemory<byte> body, TimeSpan delay, CancellationToken cancel) =>
        queue == Fails ? throw new StoreException("It is out") : inner.SendAsync(queue, body, delay, cancel);

    public ValueTask<IReadOnlyList<QueueMessage>> ReceiveAsync(
        string queue,
        int limit,
        TimeSpan visibility,
        CancellationToken cancel
    ) => inner.ReceiveAsync(queue, limit, visibility, cancel);

    public ValueTask<QueueMessage?> RenewAsync(
        string queue,
        QueueMessage message,
        TimeSpan visibility,
        CancellationToken cancel
    ) => inner.RenewAsync(queue, message, visibility, cancel);

    public ValueTask<bool> DeleteAsync(string queue, QueueMessage message, CancellationToken cancel) =>
        inner.DeleteAsync(queue, message, cancel);

    public ValueTask<long> CountAsync(string queue, CancellationToken cancel) => inner.CountAsync(queue, cancel);

    public ValueTask<bool> RemoveAsync(string queue, CancellationToken cancel) => inner.RemoveAsync(queue, cancel);
}
