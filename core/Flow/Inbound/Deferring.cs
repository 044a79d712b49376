using Cloud.Flow.Door;
using Cloud.Flow.Outbound;
using Cloud.Store;
using Cloud.Store.Ports;

namespace Cloud.Flow.Inbound;

/// <summary>Keeps a received message for the worker where only blobs and queues can be reached.</summary>
public static class Deferring
{
    /// <summary>Puts a message on the inbound queue; the worker looks up who its recipients are.</summary>
    /// <param name="recipients">Checked before; all go into one queue message, so there are some hundreds at most.</param>
    /// <exception cref="StoreException">Not kept: the queue fails, or the recipients are too many for it.</exception>
    public static async ValueTask DeferAsync(
        IQueues queues,
        TransactionId transaction,
        Origin origin,
        IReadOnlyList<OutboundRecipient> recipients,
        UploadedMessage message,
        Evidence? evidence,
        DateTimeOffset received,
        CancellationToken cancel
    )
    {
        var mail = new InboundMail(
            transaction.ToString(),
            received.ToUnixTimeSeconds(),
            message.Blob,
            message.Size,
            message.Sha256.ToArray(),
            message.Index.ToArray(),
            [],
            recipients,
            Evidence: evidence,
            Origin: origin
        );
        var body = mail.Pack();
        if (body.Length > InboundMail.Longest)
            throw new StoreException("The message has more recipients than the queue can hold");
        await queues.SendAsync(Filing.Queue, body, TimeSpan.Zero, cancel);
    }
}
