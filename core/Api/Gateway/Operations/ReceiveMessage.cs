using Cloud.Flow.Door;
using Cloud.Flow.Inbound;
using Cloud.Flow.Outbound;
using Cloud.Flow.Trace;
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
        SessionFacts session,
        bool repeated,
        CancellationToken cancel
    )
    {
        repeated |= uploads.IsTaken(message.Blob);
        var result = await receiving.ReceiveAsync(
            transaction,
            envelope.Origin,
            envelope.Wishes,
            message,
            evidence,
            repeated,
            cancel,
            session: session
        );
        if (result.KeepsSource)
            uploads.Take(message.Blob);
        else if (!repeated)
            await uploads.RefuseAsync(message.Blob);
        return result.Status switch
        {
            ReceivingStatus.Accepted => new(ReceiveStatus.Accepted, ""),
            ReceivingStatus.NoRecipient => new(ReceiveStatus.Rejected, "No such user", "1.1"),
            ReceivingStatus.Unwanted => new(ReceiveStatus.Rejected, "This looks like spam, and is not passed on"),
            ReceivingStatus.Loops => new(ReceiveStatus.Rejected, "Mail loop", "4.6"),
            _ => new(ReceiveStatus.Deferred, "The message cannot be kept now"),
        };
    }
}
