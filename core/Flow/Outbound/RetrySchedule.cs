using Cloud.Store.Ports;

namespace Cloud.Flow.Outbound;

/// <summary>When a message is tried again, and when it is given up.</summary>
sealed class RetrySchedule(OutboundOptions options, Entropy entropy)
{
    /// <summary>When what is not delivered comes back.</summary>
    /// <param name="firstAttempt">From there on its life is counted: what was held for long is not old.</param>
    public DateTimeOffset Expiry(Submission message, DateTimeOffset firstAttempt)
    {
        var end = firstAttempt + options.Lifetime;
        return message.Options.DeliverBy is { Returns: true } by && by.Deadline < end ? by.Deadline : end;
    }

    /// <summary>RFC 2852 §4.1.1: what returns at its deadline is not delivered afterwards.</summary>
    public static bool IsTooLate(Submission message, DateTimeOffset now) =>
        message.Options.DeliverBy is { Returns: true } by && now >= by.Deadline;

    /// <param name="end">See <see cref="Expiry"/>.</param>
    /// <param name="made">Attempts, 1 at least.</param>
    /// <param name="wanted">When the other side said it would take it; null if it said nothing.</param>
    /// <returns>Null when there is no next attempt: it comes back. The last one is at the end of the message's life.</returns>
    public DateTimeOffset? Next(DateTimeOffset end, int made, DateTimeOffset now, DateTimeOffset? wanted)
    {
        if (now >= end)
            return null;
        var next = wanted > now ? wanted.Value : now + Delay(made);
        return next < end ? next : end;
    }

    /// <summary>When the sender is told that it takes long; null for never.</summary>
    public DateTimeOffset? DelayNotice(Submission message, DateTimeOffset firstAttempt)
    {
        // RFC 2852 §4.1.2: mode N, the sender is told at the deadline.
        if (message.Options.DeliverBy is { Returns: false } by)
            return by.Deadline;
        return options.DelayNoticeAfter > TimeSpan.Zero ? firstAttempt + options.DelayNoticeAfter : null;
    }

    TimeSpan Delay(int made)
    {
        var delay = made <= options.RetryDelays.Count ? options.RetryDelays[made - 1] : options.LaterDelay;
        var chance = (double)(entropy.Next64() >> 11) / (1UL << 53); // 0 up to, but not including, 1
        return delay * (1 + options.Jitter * (2 * chance - 1));
    }
}
