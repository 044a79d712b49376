using Cloud.Api.Gateway;
using Cloud.Store.Ports;

namespace Cloud.Listener.Smtp;

/// <summary>Makes a received message durable and hands its transaction to the gateway.</summary>
static class Handover
{
    public static async ValueTask<Reply> RunAsync(
        SmtpSession session,
        MailTransaction transaction,
        MessageIntake intake,
        CancellationToken cancel
    )
    {
        if (await intake.CompleteAsync(cancel) is not { } message)
            return intake.Failure ?? Replies.TryLater;

        ReceiveResult result;
        try
        {
            result = session.User is { } sender
                ? await session.Gateway.SubmitAsync(
                    new SubmitRequest(intake.Id, sender, session.Peer, transaction.Envelope, message),
                    cancel
                )
                : await session.Gateway.ReceiveAsync(
                    new ReceiveRequest(intake.Id, session.Peer, transaction.Envelope, message),
                    cancel
                );
        }
        catch (StoreException e)
        {
            // The octets stay: an account may have taken them over before it failed.
            SmtpLog.StoreFailed(session.Logger, e, intake.Id);
            return e is StoreFullException ? Replies.StoreFull : Replies.TryLater;
        }

        if (result.Status == ReceiveStatus.Accepted)
            return Replies.Kept(intake.Id.ToString());
        await intake.AbandonAsync(cancel);
        return result.Status == ReceiveStatus.Rejected
            ? Replies.Rejected(result.Reason)
            : Replies.Deferred(result.Reason);
    }
}
