using Cloud.Store.Directory;

namespace Cloud.Flow.Hooks;

/// <summary>The subscriptions, remembered: while there is none that wants an event, nothing is written and nothing read.</summary>
/// <remarks>
/// A row of the directory tells their version, which is looked at as other rows of the directory are: once in some seconds
/// where others may change it. The subscriptions themselves are read where it is another.
/// </remarks>
sealed class HookBook(MailDirectory directory, HookStore store)
{
    volatile HookSet known = HookSet.None;

    public async ValueTask<HookSet> CurrentAsync(CancellationToken cancel)
    {
        var version = await directory.HooksVersionAsync(cancel);
        var found = known;
        if (found.Version == version)
            return found;
        if (version is null)
            return known = HookSet.None;
        var hooks = (await store.ListAsync(removed: false, cancel)).Select(row => row.Hook).ToList();
        return known = new(version, hooks);
    }

    /// <summary>Whose a domain is; empty for the operator's own, and for none of ours.</summary>
    public ValueTask<string> TenantOfAsync(string domain, CancellationToken cancel) =>
        directory.TenantOfAsync(domain, cancel);
}

/// <param name="Version">As the directory has it; null where there never was a subscription.</param>
sealed record HookSet(string? Version, IReadOnlyList<Hook> Hooks)
{
    public static readonly HookSet None = new(null, []);

    readonly int kinds = Hooks
        .Where(hook => hook.IsEnabled)
        .SelectMany(hook => hook.Events)
        .Aggregate(0, (all, kind) => all | (1 << (int)kind));

    public bool MayWant(MailEventKind kind) => (kinds & (1 << (int)kind)) != 0;
}
