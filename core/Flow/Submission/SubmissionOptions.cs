using Cloud.Flow.Door.Rates;

namespace Cloud.Flow.Submission;

/// <summary>How much may be sent. Counted by all processes together; see <see cref="SharedRates"/> for how exactly.</summary>
public sealed record SubmissionOptions
{
    /// <summary>Into how many parts a limit is cut: each process tells the others of its counts a part at a time.</summary>
    public const int LimitParts = 20;

    /// <summary>
    /// Of one account; none for no limit. Default: 500 messages and 2,000 recipients an hour, 2,000 and 10,000 a day, as
    /// the large providers allow people, and less than whoever stole a password hopes for.
    /// </summary>
    public IReadOnlyList<RateLimit> PerAccount { get; init; } = Limits(500, 2_000, 2_000, 10_000);

    /// <summary>Of all that is sent in a domain's name; none for no limit. Default: ten accounts at their limit.</summary>
    public IReadOnlyList<RateLimit> PerDomain { get; init; } = Limits(5_000, 20_000, 20_000, 100_000);

    /// <summary>0 for no limit.</summary>
    public static IReadOnlyList<RateLimit> Limits(
        int messagesInAnHour,
        int messagesInADay,
        int recipientsInAnHour,
        int recipientsInADay
    )
    {
        var (hour, day) = (TimeSpan.FromHours(1), TimeSpan.FromDays(1));
        RateLimit[] limits =
        [
            new(RateUnit.Messages, messagesInAnHour, hour),
            new(RateUnit.Messages, messagesInADay, day),
            new(RateUnit.Recipients, recipientsInAnHour, hour),
            new(RateUnit.Recipients, recipientsInADay, day),
        ];
        return [.. limits.Where(limit => limit.Most > 0)];
    }
}
