using System.Text;
using Azure;
using Azure.Core;
using Azure.Storage.Queues;
using Cloud.Store.Ports;

namespace Cloud.Store.Azure;

/// <summary>The port's queues on Azure Queue storage, bodies as base64 (which the Functions host expects, too).</summary>
/// <param name="timeToLive">When the service throws a message away by itself; null for its default of 7 days.</param>
sealed class AzureQueues(QueueServiceClient service, TimeSpan? timeToLive) : IQueues
{
    public static readonly TimeSpan Never = TimeSpan.FromSeconds(-1);

    /// <summary>
    /// Sending (twice is within "at least once"), receiving (a lost answer leaves messages hidden for a while either
    /// way) and making a queue. Not renewing and deleting: the second try would be told that the receipt is void.
    /// </summary>
    public static bool MayRepeat(Request request) =>
        request.Method == RequestMethod.Get
        || request.Method == RequestMethod.Post
        || (request.Method == RequestMethod.Put && !request.Uri.Path.Contains("/messages", StringComparison.Ordinal));

    public async ValueTask SendAsync(string queue, ReadOnlyMemory<byte> body, TimeSpan delay, CancellationToken cancel)
    {
        if (body.Length > QueueLimits.BodyBytes)
            throw new ArgumentException($"Message is over {QueueLimits.BodyBytes} bytes", nameof(body));
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(delay, QueueLimits.Delay);

        var client = Queue(queue);
        var text = Convert.ToBase64String(body.Span);
        try
        {
            await SendAsync(client, text, delay, cancel);
        }
        catch (Exception e) when (StorageFault.IsFault(e, cancel))
        {
            throw StorageFault.From($"Sending to queue {queue}", e);
        }
    }

    async ValueTask SendAsync(QueueClient client, string text, TimeSpan delay, CancellationToken cancel)
    {
        try
        {
            await client.SendMessageAsync(text, delay, timeToLive, cancel);
        }
        catch (RequestFailedException e) when (e.ErrorCode == "QueueNotFound")
        {
            await client.CreateIfNotExistsAsync(cancellationToken: cancel);
            await client.SendMessageAsync(text, delay, timeToLive, cancel);
        }
    }

    public async ValueTask<IReadOnlyList<QueueMessage>> ReceiveAsync(
        string queue,
        int limit,
        TimeSpan visibility,
        CancellationToken cancel
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, QueueLimits.ReceiveMessages);
        ArgumentOutOfRangeException.ThrowIfLessThan(visibility, TimeSpan.FromSeconds(1));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(visibility, QueueLimits.Delay);
        try
        {
            var messages = await Queue(queue).ReceiveMessagesAsync(limit, visibility, cancel);
            return
            [
                .. messages.Value.Select(message => new QueueMessage(
                    message.MessageId,
                    message.PopReceipt,
                    Decode(message.MessageText),
                    (int)Math.Min(message.DequeueCount, int.MaxValue)
                )),
            ];
        }
        catch (RequestFailedException e) when (e.ErrorCode == "QueueNotFound")
        {
            return [];
        }
        catch (Exception e) when (StorageFault.IsFault(e, cancel))
        {
            throw StorageFault.From($"Receiving from queue {queue}", e);
        }
    }

    public async ValueTask<QueueMessage?> RenewAsync(
        string queue,
        QueueMessage message,
        TimeSpan visibility,
        CancellationToken cancel
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(visibility, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(visibility, QueueLimits.Delay);
        try
        {
            var renewed = await Queue(queue)
                .UpdateMessageAsync(message.Id, message.Receipt, (string?)null, visibility, cancel);
            return message with { Receipt = renewed.Value.PopReceipt };
        }
        catch (RequestFailedException e) when (IsLost(e))
        {
            return null;
        }
        catch (Exception e) when (StorageFault.IsFault(e, cancel))
        {
            throw StorageFault.From($"Renewing a message of queue {queue}", e);
        }
    }

    public async ValueTask<bool> DeleteAsync(string queue, QueueMessage message, CancellationToken cancel)
    {
        try
        {
            await Queue(queue).DeleteMessageAsync(message.Id, message.Receipt, cancel);
            return true;
        }
        catch (RequestFailedException e) when (IsLost(e))
        {
            return false;
        }
        catch (Exception e) when (StorageFault.IsFault(e, cancel))
        {
            throw StorageFault.From($"Deleting a message of queue {queue}", e);
        }
    }

    /// <remarks>The service's "approximate" count is never lower than the true one.</remarks>
    public async ValueTask<long> CountAsync(string queue, CancellationToken cancel)
    {
        try
        {
            var found = await Queue(queue).GetPropertiesAsync(cancel);
            return found.Value.ApproximateMessagesCount;
        }
        catch (RequestFailedException e) when (IsMissing(e))
        {
            return 0;
        }
        catch (Exception e) when (StorageFault.IsFault(e, cancel))
        {
            throw StorageFault.From($"Counting queue {queue}", e);
        }
    }

    public async ValueTask<bool> RemoveAsync(string queue, CancellationToken cancel)
    {
        try
        {
            await Queue(queue).DeleteAsync(cancel);
            return true;
        }
        catch (RequestFailedException e) when (IsMissing(e))
        {
            return false;
        }
        catch (Exception e) when (StorageFault.IsFault(e, cancel))
        {
            throw StorageFault.From($"Removing queue {queue}", e);
        }
    }

    static bool IsMissing(RequestFailedException e) => e.Status == 404;

    static bool IsLost(RequestFailedException e) =>
        e.ErrorCode is "MessageNotFound" or "PopReceiptMismatch" or "QueueNotFound";

    /// <summary>A text that is not base64 came from elsewhere: it is handed on as it is, so that it can be removed.</summary>
    static byte[] Decode(string text)
    {
        var bytes = new byte[(text.Length + 3) / 4 * 3];
        return Convert.TryFromBase64String(text, bytes, out var length)
            ? bytes[..length]
            : Encoding.UTF8.GetBytes(text);
    }

    QueueClient Queue(string queue) => service.GetQueueClient(StoreNames.CheckQueue(queue));
}
