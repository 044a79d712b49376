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
        if (await intake.AuthenticateAsync(cancel) is { } refusal)
            return Judged(session, intake, refusal);
        if (await intake.CompleteAsync(cancel) is not { } message)
            return intake.Failure ?? Replies.TryLater;
        var evidence = await intake.JudgeAsync(transaction.Envelope, message, cancel);
        if (evidence is not null && Judged(session, intake, evidence) is { Code: >= 400 } refused)
        {
            await intake.AbandonAsync(cancel);
            return refused;
        }

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

    /// <summary>What the peer hears of what was found out: nothing yet, where that refuses nothing.</summary>
    static Reply Judged(SmtpSession session, MessageIntake intake, Evidence evidence)
    {
        SmtpLog.Judged(session.Logger, intake.Id, evidence.Outcome, evidence.Score, evidence.Reason);
        return evidence.Outcome switch
        {
            DoorOutcome.Reject => Replies.Rejected(evidence.Code, evidence.Reason),
            DoorOutcome.Defer => Replies.Postponed(evidence.Code, evidence.Reason),
            _ => Reply.Nothing,
        };
    }
}
