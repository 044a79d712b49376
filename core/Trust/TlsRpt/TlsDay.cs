using System.Collections.Immutable;

namespace Cloud.Trust.TlsRpt;

/// <summary>Sessions under one policy.</summary>
/// <param name="Successful">Sessions with TLS as the policy wants it.</param>
/// <param name="Failed">Sessions that lacked something, delivered or not.</param>
/// <param name="Failures">Of the failed, those that found a place, by what they have in common.</param>
public sealed record TlsSessions(long Successful, long Failed, ImmutableDictionary<TlsFailureSeen, long> Failures)
{
    public static readonly TlsSessions Zero = new(0, 0, ImmutableDictionary<TlsFailureSeen, long>.Empty);
}

/// <summary>Our sessions of one day with one domain's hosts, as counts. Never changes; two of them make a third.</summary>
/// <param name="Day">UTC.</param>
/// <param name="Domain">The recipients', A-labels in lower case.</param>
public sealed record TlsDay(DateOnly Day, string Domain)
{
    /// <summary>Policies of a day; a domain changes its own a few times at most.</summary>
    public const int MaxPolicies = 10;

    /// <summary>Kinds of failures under a policy: a host or two times its addresses. What is beyond is counted, not told apart.</summary>
    public const int MaxFailures = 50;

    public ImmutableDictionary<TlsPolicySeen, TlsSessions> Policies { get; init; } =
        ImmutableDictionary<TlsPolicySeen, TlsSessions>.Empty;

    /// <summary>Sessions under policies that found no place.</summary>
    public long Others { get; init; }

    public TlsDay AddSuccess(TlsPolicySeen policy, long count = 1) =>
        With(policy, count, sessions => sessions with { Successful = sessions.Successful + count });

    public TlsDay AddFailure(TlsPolicySeen policy, TlsFailureSeen failure, long count = 1) =>
        With(policy, count, sessions => Told(sessions with { Failed = sessions.Failed + count }, failure, count));

    /// <summary>The sum of two, in whichever order.</summary>
    /// <exception cref="ArgumentException">They are of different days or domains.</exception>
    public TlsDay Merge(TlsDay other)
    {
        if (other.Day != Day || other.Domain != Domain)
            throw new ArgumentException("Of another day or domain.", nameof(other));
        var sum = this with { Others = Others + other.Others };
        foreach (var (policy, more) in other.Policies)
        {
            sum = sum.With(
                policy,
                more.Successful + more.Failed,
                sessions =>
                    more.Failures.Aggregate(
                        sessions with
                        {
                            Successful = sessions.Successful + more.Successful,
                            Failed = sessions.Failed + more.Failed,
                        },
                        (all, failure) => Told(all, failure.Key, failure.Value)
                    )
            );
        }

        return sum;
    }

    TlsDay With(TlsPolicySeen policy, long count, Func<TlsSessions, TlsSessions> change)
    {
        var known = Policies.TryGetValue(policy, out var sessions);
        if (!known && Policies.Count == MaxPolicies)
            return this with { Others = Others + count };
        return this with { Policies = Policies.SetItem(policy, change(sessions ?? TlsSessions.Zero)) };
    }

    /// <summary>The sessions with a failure told apart, if there is room for its kind.</summary>
    static TlsSessions Told(TlsSessions sessions, TlsFailureSeen failure, long count)
    {
        var isKnown = sessions.Failures.TryGetValue(failure, out var before);
        return isKnown || sessions.Failures.Count < MaxFailures
            ? sessions with
            {
                Failures = sessions.Failures.SetItem(failure, before + count),
            }
            : sessions;
    }
}
