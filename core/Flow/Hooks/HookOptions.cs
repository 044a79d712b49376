using System.Net;

namespace Cloud.Flow.Hooks;

/// <summary>How webhooks are sent.</summary>
public sealed record HookOptions
{
    /// <summary>Endpoints may be at private addresses and without TLS: for development alone.</summary>
    public bool AllowPrivate { get; init; }

    /// <summary>
    /// Where links to attachments lead, up to the path; null where nobody is known to answer them: then there are none.
    /// </summary>
    public Uri? PublicUrl { get; init; }

    /// <summary>How long such a link is good. Default 6 hours: each attempt makes new ones.</summary>
    public TimeSpan LinkLife { get; init; } = TimeSpan.FromHours(6);

    /// <summary>For all of an attempt. Default 15 s, which Standard Webhooks advises (15 to 30).</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Attempts at the same time in one process.</summary>
    public int Parallel { get; init; } = 50;

    /// <summary>Of those, to one host: a slow one leaves three quarters to the others.</summary>
    internal int MostOfHost => Math.Max(1, Parallel / 4);

    /// <summary>How often a worker looks into a queue that was empty. What is told in its own process wakes it.</summary>
    public TimeSpan LookEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Networks that endpoints may be in although they are not public.</summary>
    internal IReadOnlyList<IPNetwork> Allowed =>
        AllowPrivate ? [IPNetwork.Parse("0.0.0.0/0"), IPNetwork.Parse("::/0")] : [];
}
