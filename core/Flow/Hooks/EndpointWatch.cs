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
            await ChangeAsync(row, one => one with { Endpoint = Endpoint.Sound });
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
                one with
                {
                    Endpoint = one.Endpoint.Failed(now, result.RetryAfter),
                    Hook = disabled is null ? one.Hook : one.Hook with { Disabled = disabled },
                }
        );
        if (disabled is not null)
            await store.AnnounceAsync();
        if (changed is not { Endpoint: { ToldAt: null } state } || !(isDead || state.IsToBeTold(now)))
            return;
        await notices.TellAsync(changed, tried, cancel); // once for all that fails until it works again
        await ChangeAsync(changed, one => one with { Endpoint = one.Endpoint with { ToldAt = now } });
    }

    /// <returns>Null where others changed it all the time, or it was removed.</returns>
    async ValueTask<HookRow?> ChangeAsync(HookRow row, Func<HookRow, HookRow> change)
    {
        for (var races = 0; races < MaxRaces; races++)
        {
            if (await store.ReplaceAsync(change(row)) is { } written)
                return written;
            if (await store.FindAsync(row.Hook.Id, CancellationToken.None) is not { } now)
                return null;
            row = now;
        }
        return null;
    }
}
