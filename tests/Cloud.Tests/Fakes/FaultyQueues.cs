using Cloud.Store.Ports;

namespace Cloud.Tests.Fakes;

/// <summary>Queues that fail by plan: <c>send</c>, <c>receive</c>, <c>renew</c>, <c>remove</c>, <c>count</c>, <c>drop</c> (a queue).</summary>
public sealed class FaultyQueues(IQueues inner, IFaults faults) : IQueues
{
    public async ValueTask SendAsync(
        string queue,
        ReadOnlyMemory<byte> body,
        TimeSpan delay,
        CancellationToken cancel
    ) =>
        await faults.RunAsync(
            $"send {queue}",
            async () =>
            {
                await inner.SendAsync(queue, body, delay, cancel);
                return true;
            }
        );

    public ValueTask<IReadOnlyList<QueueMessage>> ReceiveAsync(
        string queue,
        int limit,
        TimeSpan visibility,
        CancellationToken cancel
    ) => faults.RunAsync("receive", () => inner.ReceiveAsync(queue, limit, visibility, cancel));

    public ValueTask<QueueMessage?> RenewAsync(
        string queue,
        QueueMessage message,
        TimeSpan visibility,
        CancellationToken cancel
    ) => faults.RunAsync("renew", () => inner.RenewAsync(queue, message, visibility, cancel));

    public ValueTask<bool> DeleteAsync(string queue, QueueMessage message, CancellationToken cancel) =>
        faults.RunAsync("remove", () => inner.DeleteAsync(queue, message, cancel));

    public ValueTask<long> CountAsync(string queue, CancellationToken cancel) =>
        faults.RunAsync("count", () => inner.CountAsync(queue, cancel));

    public ValueTask<bool> RemoveAsync(string queue, CancellationToken cancel) =>
        faults.RunAsync("drop", () => inner.RemoveAsync(queue, cancel));
}
