using Cloud.Api.Gateway;
using Cloud.Flow.Door;
using Cloud.Flow.Inbound;
using Cloud.Flow.Outbound;
using Cloud.Flow.Submission;
using Cloud.Mail;
using Cloud.Store;
using Cloud.Store.Ports;

namespace Cloud.Listener.Smtp;

/// <summary>Makes a received message durable and hands its transaction to the gateway.</summary>
static class Handover
{
    /// <summary>How long a sender waits for the reason of its refusal to be kept, beyond what the checks took.</summary>
    static readonly TimeSpan KeepWithin = TimeSpan.FromSeconds(2);

    public static async ValueTask<Reply> RunAsync(
        SmtpSession session,
        MailTransaction transaction,
        MessageIntake intake,
        CancellationToken cancel
    )
    {
        if (await intake.AuthenticateAsync(cancel) is { } refusal)
            return await JudgedAsync(session, transaction, intake, refusal, cancel);
        if (await intake.CompleteAsync(cancel) is not { } message)
            return intake.Failure ?? Replies.TryLater;
        var evidence = await intake.JudgeAsync(transaction.Envelope, message, cancel);
        if (evidence is not null)
        {
            if (await JudgedAsync(session, transaction, intake, evidence, cancel) is { Code: >= 400 } refused)
            {
                await intake.AbandonAsync(cancel);
                return refused;
            }
        }

        Reply reply;
        try
        {
            if (session.User is { } sender)
            {
                var result = await SubmitAsync(session, transaction, intake, message, sender, cancel);
                reply = Answer(intake, message, result);
            }
            else
            {
                var request = new ReceiveRequest(intake.Id, session.Peer, transaction.Envelope, message, evidence);
                reply = Answer(intake, message, await session.Gateway.ReceiveAsync(request, cancel));
            }
        }
        catch (StoreException e)
        {
            // The octets stay: an account may have taken them over before it failed.
            SmtpLog.StoreFailed(session.Logger, e, intake.Id);
            return e is StoreFullException ? Replies.StoreFull : Replies.TryLater;
        }

        if (reply.Code >= 400)
            await intake.AbandonAsync(cancel);
        return reply;
    }

    static ValueTask<SubmitResult> SubmitAsync(
        SmtpSession session,
        MailTransaction transaction,
        MessageIntake intake,
        UploadedMessage message,
        AccountId sender,
        CancellationToken cancel
    )
    {
        var recipients = transaction.Recipients.Select(recipient => new OutboundRecipient(
            recipient.Address,
            recipient.Notify,
            recipient.OriginalRecipient
        ));
        return session.Gateway.SubmitAsync(
            new(intake.Id, sender, transaction.From, [.. recipients], message, intake.Content)
            {
                Options = transaction.Options,
                HoldUntil = transaction.HoldUntil,
                Session = session.Peer.FactsOf("submission", transaction.From),
            },
            cancel
        );
    }

    static Reply Answer(MessageIntake intake, UploadedMessage message, ReceiveResult result) =>
        result.Status switch
        {
            ReceiveStatus.Accepted => Replies.Kept(intake.Id.ToString(), message.Sha256),
            ReceiveStatus.Rejected => Replies.Rejected(result.Code, result.Reason),
            _ => Replies.Deferred(result.Reason),
        };

    static Reply Answer(MessageIntake intake, UploadedMessage message, SubmitResult result) =>
        result.Status switch
        {
            SubmitStatus.Accepted => Replies.Kept(intake.Id.ToString(), message.Sha256),
            SubmitStatus.Rejected => Replies.Rejected(result.Code, result.Reason),
            SubmitStatus.OverLimit => Replies.OverLimit(result.Code, result.Reason),
            _ => Replies.Deferred(result.Reason),
        };

    /// <summary>What the peer hears of what was found out: nothing yet, where that refuses nothing.</summary>
    static async ValueTask<Reply> JudgedAsync(
        SmtpSession session,
        MailTransaction transaction,
        MessageIntake intake,
        Evidence evidence,
        CancellationToken cancel
    )
    {
        SmtpLog.Judged(session.Logger, intake.Id, evidence.Outcome, evidence.Score, evidence.Reason);
        if (evidence.Outcome is not (DoorOutcome.Reject or DoorOutcome.Defer))
            return Reply.Nothing;
        if (transaction.Check?.TakeTrace() == true)
            await KeepAsync(session, transaction, intake, evidence, cancel);
        return evidence.Outcome == DoorOutcome.Reject
            ? Replies.Refused(evidence.Code, evidence.Reason, $"{intake.Id}")
            : Replies.Postponed(evidence.Code, evidence.Reason, $"{intake.Id}");
    }

    /// <summary>Keeps why a message is refused. Nobody is refused less, or waits long, because that fails.</summary>
    static async ValueTask KeepAsync(
        SmtpSession session,
        MailTransaction transaction,
        MessageIntake intake,
        Evidence evidence,
        CancellationToken cancel
    )
    {
        using var late = new CancellationTokenSource(KeepWithin, session.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancel);
        try
        {
            List<EmailAddress> recipients = [.. transaction.Recipients.Select(recipient => recipient.Address)];
            var request = new RefusedRequest(intake.Id, recipients, evidence)
            {
                Session = session.Peer.FactsOf("smtp", transaction.From),
            };
            await session.Gateway.KeepRefusedAsync(request, either.Token);
        }
        catch (Exception e) when (e is StoreException or OperationCanceledException && !cancel.IsCancellationRequested)
        {
            SmtpLog.NotKept(session.Logger, intake.Id, e.Message);
        }
    }
}
