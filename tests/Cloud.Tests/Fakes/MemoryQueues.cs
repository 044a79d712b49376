using System.Globalization;
using Cloud.Store.Ports;

namespace Cloud.Tests.Fakes;

/// <summary>Queues in memory, for tests.</summary>
public sealed class MemoryQueues(TimeProvider time) : IQueues
{
    readonly Lock guard = new();
    readonly Dictionary<string, List<Kept>> queues = new(StringComparer.Ordinal);
    long serial;

    /// <summary>The same queues, where what is sent ends after so long.</summary>
    public IQueues Forgetful(TimeSpan life) => new ForgetfulQueues(this, life);

    public int CountOf(string queue)
    {
        lock (guard)
        {
            var now = time.GetUtcNow();
            var kept = queues.GetValueOrDefault(queue);
            kept?.RemoveAll(message => message.EndsAt <= now);
            return kept?.Count ?? 0;
        }
    }

    public ValueTask SendAsync(string queue, ReadOnlyMemory<byte> body, TimeSpan delay, CancellationToken cancel) =>
        SendAsync(queue, body, delay, DateTimeOffset.MaxValue, cancel);

    ValueTask SendAsync(
        string queue,
        ReadOnlyMemory<byte> body,
        TimeSpan delay,
        DateTimeOffset end,
        CancellationToken cancel
    )
    {
        cancel.ThrowIfCancellationRequested();
        ArgumentOutOfRangeException.ThrowIfGreaterThan(body.Length, QueueLimits.BodyBytes);
        lock (guard)
        {
            if (!queues.TryGetValue(queue, out var kept))
                queues.Add(queue, kept = []);
            kept.Add(new(Serial(), body.ToArray(), time.GetUtcNow() + delay, end));
        }
        return ValueTask.CompletedTask;
    }

    public ValueTask<IReadOnlyList<QueueMessage>> ReceiveAsync(
        string queue,
        int limit,
        TimeSpan visibility,
        CancellationToken cancel
    )
    {
        cancel.ThrowIfCancellationRequested();
        lock (guard)
        {
            CountOf(queue); // what has ended is gone
            var now = time.GetUtcNow();
            var visible = queues.GetValueOrDefault(queue, []).Where(kept => kept.VisibleAt <= now).Take(limit).ToList();
            foreach (var kept in visible)
            {
                kept.Count++;
                kept.Receipt = Serial();
                kept.VisibleAt = now + visibility;
            }
            return ValueTask.FromResult<IReadOnlyList<QueueMessage>>([.. visible.Select(kept => kept.Message)]);
        }
    }

    public ValueTask<QueueMessage?> RenewAsync(
        string queue,
        QueueMessage message,
        TimeSpan visibility,
        CancellationToken cancel
    )
    {
        cancel.ThrowIfCancellationRequested();
        lock (guard)
        {
            if (Find(queue, message) is not { } kept)
                return ValueTask.FromResult<QueueMessage?>(null);
            kept.Receipt = Serial();
            kept.VisibleAt = time.GetUtcNow() + visibility;
            return ValueTask.FromResult<QueueMessage?>(kept.Message);
        }
    }

    public ValueTask<bool> DeleteAsync(string queue, QueueMessage message, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        lock (guard)
            return ValueTask.FromResult(Find(queue, message) is { } kept && queues[queue].Remove(kept));
    }

    public ValueTask<long> CountAsync(string queue, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        return ValueTask.FromResult((long)CountOf(queue));
    }

    public ValueTask<bool> RemoveAsync(string queue, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        lock (guard)
            return ValueTask.FromResult(queues.Remove(queue));
    }

    Kept? Find(string queue, QueueMessage message) =>
        queues
            .GetValueOrDefault(queue, [])
            .Find(kept => kept.Id == message.Id && kept.Receipt == message.Receipt && kept.Count > 0);

    DateTimeOffset Now => time.GetUtcNow();

    string Serial() => (++serial).ToString(CultureInfo.InvariantCulture);

    sealed class ForgetfulQueues(MemoryQueues queues, TimeSpan life) : IQueues
    {
        public ValueTask SendAsync(string queue, ReadOnlyMemory<byte> body, TimeSpan delay, CancellationToken cancel) =>
            queues.SendAsync(queue, body, delay, queues.Now + life, cancel);

        public ValueTask<IReadOnlyList<QueueMessage>> ReceiveAsync(
            string queue,
            int limit,
            TimeSpan visibility,
            CancellationToken cancel
        ) => queues.ReceiveAsync(queue, limit, visibility, cancel);

        public ValueTask<QueueMessage?> RenewAsync(
            string queue,
            QueueMessage message,
            TimeSpan visibility,
            CancellationToken cancel
        ) => queues.RenewAsync(queue, message, visibility, cancel);

        public ValueTask<bool> DeleteAsync(string queue, QueueMessage message, CancellationToken cancel) =>
            queues.DeleteAsync(queue, message, cancel);

        public ValueTask<long> CountAsync(string queue, CancellationToken cancel) => queues.CountAsync(queue, cancel);

        public ValueTask<bool> RemoveAsync(string queue, CancellationToken cancel) => queues.RemoveAsync(queue, cancel);
    }

    sealed class Kept(string id, byte[] body, DateTimeOffset visibleAt, DateTimeOffset endsAt)
    {
        public string Id => id;
        public DateTimeOffset EndsAt => endsAt;
        public int Count { get; set; }
        public string Receipt { get; set; } = "";
        public DateTimeOffset VisibleAt { get; set; } = visibleAt;
        public QueueMessage Message => new(id, Receipt, body, Count);
    }
}
