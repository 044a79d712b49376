using Cloud.Flow.Outbound;
using Cloud.Store;
using Cloud.Store.Outbox;

namespace Cloud.Api.Gateway.Operations;

/// <summary>A sender holds, releases, cancels or tries what it has submitted.</summary>
/// <remarks>
/// But for a try, the answer follows from how the recipients stand afterwards, not from what was changed: so it is the
/// same when it is asked for again.
/// </remarks>
static class ChangeSubmission
{
    public static async ValueTask<Result<QueuedDetails>> RunAsync(
        OutboxControl outbox,
        AccountId account,
        TransactionId submission,
        QueueVerb verb,
        CancellationToken cancel
    )
    {
        // Whose it is never changes.
        if (
            await ShowSubmission.RunAsync(outbox, account, submission, cancel) is null
            || await outbox.ChangeAsync(submission, verb, cancel) is not { } done
            || await ShowSubmission.RunAsync(outbox, account, submission, cancel) is not { } now
        )
            return new Result(Refusal.NotFound, "There is no such message on its way");
        var states = now.Recipients.Select(to => to.State).ToHashSet();
        if ((verb == QueueVerb.Retry && done.Changed > 0) || IsSo(verb, states))
            return now;
        return verb == QueueVerb.Retry && states.Contains(RecipientState.Held)
            ? new Result(Refusal.CannotBe, "The message is held: release it first")
            : new Result(Refusal.TooLate, WhyTooLate(states));
    }

    static bool IsSo(QueueVerb verb, HashSet<RecipientState> states) =>
        verb switch
        {
            QueueVerb.Hold => states.Contains(RecipientState.Held),
            QueueVerb.Cancel => states.Contains(RecipientState.Cancelled),
            QueueVerb.Retry => states.Contains(RecipientState.Waiting) || states.Contains(RecipientState.Sending),
            // What was released may be sent by now.
            _ => states.Any(state => state != RecipientState.Cancelled),
        };

    static string WhyTooLate(HashSet<RecipientState> states)
    {
        if (states.Contains(RecipientState.Sending))
            return "The message is just being sent";
        if (states.Any(state => state is RecipientState.Delivered or RecipientState.Sent or RecipientState.Relayed))
            return "The message has been sent";
        return states.Contains(RecipientState.Failed) ? "The message could not be sent" : "The message was cancelled";
    }
}
