namespace Cloud.Flow.Hooks;

/// <summary>Keeps how endpoints answer, opens the circuit to those that fail, and tells their owners.</summary>
sealed class EndpointWatch(HookStore store, OwnerNotice notices, TimeProvider time)
{
    /// <summary>Changes by others between which a state is tried to be written; then it is a later attempt's.</summary>
    const int MaxRaces = 5;

    /// <summary>The circuit's pause is over: one attempt finds out whether the endpoint answers again.</summary>
    /// <returns>False where another one does.</returns>
    public async ValueTask<bool> TryProbeAsync(HookRow row) =>
        await store.ReplaceAsync(row with { Endpoint = row.Endpoint.Probed(time.GetUtcNow()) }) is not null;

    public async ValueTask SucceededAsync(HookRow row)
    {
        if (row.Endpoint != Endpoint.Sound)
            await ChangeAsync(row, one => IsSame(one, row) ? one with { Endpoint = Endpoint.Sound } : null);
    }

    /// <param name="isDead">The delivery is given up.</param>
    public async ValueTask FailedAsync(
        HookRow row,
        HookDelivery tried,
        PostResult result,
        bool isDead,
        CancellationToken cancel
    )
    {
        var now = time.GetUtcNow();
        var disabled = result.IsGone ? "It answered 410 (gone)" : null;
        var changed = await ChangeAsync(
            row,
            one =>
                IsSame(one, row)
                    ? one with
                    {
                        Endpoint = one.Endpoint.Failed(now, result.RetryAfter),
                        Hook = disabled is null ? one.Hook : one.Hook with { Disabled = disabled },
                    }
                    : null
        );
        if (changed is not null && disabled is not null)
            await store.AnnounceAsync();
        if (changed is not null && (isDead || changed.Endpoint.IsToBeTold(now)))
            await TellAsync(changed, tried, now, cancel);
    }

    /// <summary>A delivery is given up that was not even tried at its end, since the circuit was open.</summary>
    public ValueTask GivenUpAsync(HookRow row, HookDelivery delivery, CancellationToken cancel) =>
        TellAsync(row, delivery, time.GetUtcNow(), cancel);

    /// <summary>Tells the owner, once for all that fails until it works again.</summary>
    async ValueTask TellAsync(HookRow row, HookDelivery delivery, DateTimeOffset now, CancellationToken cancel)
    {
        if (row.Endpoint.ToldAt is not null)
            return;
        if (await notices.TellAsync(row, delivery, cancel))
            await ChangeAsync(row, one => one with { Endpoint = one.Endpoint with { ToldAt = now } });
    }

    /// <summary>What the endpoint of before answers late says nothing of the one that has taken its place.</summary>
    static bool IsSame(HookRow one, HookRow asked) => one.Hook.Url == asked.Hook.Url;

    /// <param name="change">Null: it is left as it is.</param>
    /// <returns>Null where it was left, others changed it all the time, or it was removed.</returns>
    async ValueTask<HookRow?> ChangeAsync(HookRow row, Func<HookRow, HookRow?> change)
    {
        for (var races = 0; races < MaxRaces; races++)
        {
            if (change(row) is not { } wanted)
                return null;
            if (await store.ReplaceAsync(wanted) is { } written)
                return written;
            if (await store.FindAsync(row.Hook.Id, CancellationToken.None) is not { } now)
                return null;
            row = now;
        }
        return null;
    }
}
