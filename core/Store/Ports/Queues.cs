namespace Cloud.Store.Ports;

/// <param name="Receipt">Proves this receipt of the message; renewing gives a new one.</param>
/// <param name="DequeueCount">How often it was received, this time included.</param>
public sealed record QueueMessage(string Id, string Receipt, ReadOnlyMemory<byte> Body, int DequeueCount);

/// <summary>Queues that deliver at least once.</summary>
/// <remarks>
/// A queue comes into being with its first message. Names: 3 to 63 lower-case letters, digits and single hyphens.
/// Every method may throw <see cref="StoreException"/>.
/// </remarks>
public interface IQueues
{
    /// <param name="body">At most <see cref="QueueLimits.BodyBytes"/>.</param>
    /// <param name="delay">How long it stays invisible: 0 to 7 days, whole seconds.</param>
    ValueTask SendAsync(string queue, ReadOnlyMemory<byte> body, TimeSpan delay, CancellationToken cancel);

    /// <summary>Takes visible messages and hides them for <paramref name="visibility"/>.</summary>
    /// <param name="limit">1 to 32.</param>
    /// <param name="visibility">1 second to 7 days.</param>
    ValueTask<IReadOnlyList<QueueMessage>> ReceiveAsync(
        string queue,
        int limit,
        TimeSpan visibility,
        CancellationToken cancel
    );

    /// <summary>Hides a received message for longer (or shows it again: zero).</summary>
    /// <returns>It with its new receipt, or null when the receipt is no longer good.</returns>
    ValueTask<QueueMessage?> RenewAsync(
        string queue,
        QueueMessage message,
        TimeSpan visibility,
        CancellationToken cancel
    );

    /// <returns>False when the receipt is no longer good: somebody else has the message, or it is gone.</returns>
    ValueTask<bool> DeleteAsync(string queue, QueueMessage message, CancellationToken cancel);

    /// <summary>Messages of a queue, those that are hidden included; perhaps more than there are, never fewer.</summary>
    ValueTask<long> CountAsync(string queue, CancellationToken cancel);

    /// <summary>Removes a queue with all its messages. Its name is not to be used again.</summary>
    /// <returns>False when there was none.</returns>
    ValueTask<bool> RemoveAsync(string queue, CancellationToken cancel);
}

public static class QueueLimits
{
    /// <summary>Bytes of a body: 64 KiB of Azure's, after base64.</summary>
    public const int BodyBytes = 48 * 1024;

    public const int ReceiveMessages = 32;

    public static readonly TimeSpan Delay = TimeSpan.FromDays(7);
}
