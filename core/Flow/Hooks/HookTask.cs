using System.Text.Json;
using Cloud.Store;
using Cloud.Store.Ports;

namespace Cloud.Flow.Hooks;

/// <summary>A message of queue <c>hooks</c>: an event for all who asked for it, or the timer of one delivery.</summary>
/// <param name="Event">To be told; null for a delivery that is there.</param>
/// <param name="Hook">Of the delivery.</param>
/// <param name="Id">Its event's.</param>
/// <param name="Laps">How often it found the endpoint busy.</param>
sealed record HookTask(MailEvent? Event, string? Hook = null, string? Id = null, int Laps = 0)
{
    /// <summary>The event has been told, and the links that were told with it are good no more.</summary>
    public bool IsOver { get; init; }

    /// <returns>Null when it is none of ours.</returns>
    public static HookTask? Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            var task = JsonSerializer.Deserialize(body.Span, HookJson.Default.HookTask);
            var isWhole = task switch
            {
                { Event: { Hooks: not null, Domain: not null } told } => IsId(told.Id)
                    && told.Variants?.All(one => one is { Hooks: not null } && IsId(one.Id)) != false,
                { Hook: not null, Id: { } id } => IsId(id),
                _ => false,
            };
            return isWhole ? task : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    static bool IsId(string? id) => id is not null && TransactionId.TryParse(id) is not null;
}

/// <summary>Queue <c>hooks</c>: its messages' delay is the timer of every delivery.</summary>
sealed class HookQueue(IQueues queues)
{
    public const string Name = HookWorker.Queue;

    /// <summary>Tells a worker in this process that there is something to do now.</summary>
    public Outbound.Nudge Nudge { get; } = new();

    /// <summary>An event that is too long is cut.</summary>
    /// <exception cref="StoreException">It may not have been sent.</exception>
    public async ValueTask SendAsync(HookTask task, TimeSpan delay, CancellationToken cancel)
    {
        var body = HookPacking.Pack(task);
        var whole = delay <= TimeSpan.Zero ? TimeSpan.Zero : TimeSpan.FromSeconds(Math.Ceiling(delay.TotalSeconds));
        await queues.SendAsync(Name, body, whole < QueueLimits.Delay ? whole : QueueLimits.Delay, cancel);
        if (whole == TimeSpan.Zero)
            Nudge.Set();
    }
}
