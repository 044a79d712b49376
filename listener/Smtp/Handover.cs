using Cloud.Api.Gateway;
using Cloud.Flow.Door;
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
        var evidence = transaction.Check is { } check && intake.Failure is null ? await check.CompleteAsync() : null;
        if (evidence is { Outcome: DoorOutcome.Reject or DoorOutcome.Defer })
            return Replies.Judged(evidence);
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
                    new ReceiveRequest(intake.Id, session.Peer, transaction.Envelope, message, evidence),
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
            ? Replies.Rejected(result.Code, result.Reason)
            : Replies.Deferred(result.Reason);
    }
}
