using Cloud.Flow.Door;
using Cloud.Flow.Inbound;
using Cloud.Store;

namespace Cloud.Api.Gateway.Operations;

/// <summary>The end of DATA: files the message, or keeps it until that can be done.</summary>
static class ReceiveMessage
{
    public static async ValueTask<ReceiveResult> RunAsync(
        Receiving receiving,
        Uploads uploads,
        TransactionId transaction,
        MailEnvelope envelope,
        UploadedMessage message,
        Evidence? evidence,
        bool repeated,
        CancellationToken cancel
    )
    {
        repeated |= uploads.IsTaken(message.Blob);
        var recipients = envelope.Recipients.Select(recipient => recipient.Address);
        var result = await receiving.ReceiveAsync(transaction, recipients, message, evidence, repeated, cancel);
        if (result.KeepsSource)
            uploads.Take(message.Blob);
        else if (!repeated)
            await uploads.RefuseAsync(message.Blob);
        return result.Status switch
        {
            ReceivingStatus.Accepted => new(ReceiveStatus.Accepted, ""),
            ReceivingStatus.NoRecipient => new(ReceiveStatus.Rejected, "No such user", "1.1"),
            _ => new(ReceiveStatus.Deferred, "The message cannot be kept now"),
        };
    }
}
