namespace Cloud.Trust.MtaSts;

/// <summary>Keeps policies, which hold for weeks, beyond the life of a process. RFC 8461 §3.3.</summary>
public interface IPolicyCache
{
    /// <returns>What was kept, expired or not; null for nothing.</returns>
    ValueTask<KeptPolicy?> FindAsync(string domain, CancellationToken cancel);

    /// <summary>Instead of what was kept of the domain.</summary>
    ValueTask KeepAsync(KeptPolicy policy, CancellationToken cancel);
}

/// <summary>A policy as it was read.</summary>
/// <param name="Domain">A-labels, lower case.</param>
/// <param name="Id">Of the record that announced it.</param>
/// <param name="Read">When, UTC.</param>
public sealed record KeptPolicy(string Domain, string Id, MtaStsPolicy Policy, DateTimeOffset Read)
{
    /// <summary>Once a day a policy is read again, so that who stands in the way must do so all the time. RFC 8461 §10.2.</summary>
    static readonly TimeSpan RefreshAfter = TimeSpan.FromDays(1);

    public DateTimeOffset Expires => Read + Policy.MaxAge;

    /// <summary>Before half of its time is over, and once a day.</summary>
    public DateTimeOffset RefreshDue => Read + (Policy.MaxAge / 2 < RefreshAfter ? Policy.MaxAge / 2 : RefreshAfter);
}
