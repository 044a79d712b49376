using Cloud.Store.Ports;

namespace Cloud.Flow.Outbound;

/// <summary>Tasks that were received before there was room for them: those of the highest priority go first (RFC 6710 §1).</summary>
/// <remarks>Of one worker. Tasks of the same priority go in the order in which they came.</remarks>
sealed class DueTasks
{
    readonly PriorityQueue<QueueMessage, (int Lowness, long Number)> waiting = new();
    long count;

    public int Count => waiting.Count;

    public void Add(QueueMessage message) =>
        waiting.Enqueue(message, (-(OutboundTask.Parse(message.Body)?.Priority ?? 0), count++));

    public QueueMessage Take() => waiting.Dequeue();
}
