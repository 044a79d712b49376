using System.Collections.Concurrent;
using Cloud.Store.Outbox;

namespace Cloud.Flow.Outbound;

/// <summary>The claims of attempts that run in this process.</summary>
/// <param name="isSoleOwner">
/// Nobody else works on the store: who claimed and is not here has ended without a word. Otherwise only the lease tells.
/// </param>
sealed class RunningClaims(bool isSoleOwner)
{
    readonly ConcurrentDictionary<ulong, byte> running = [];

    /// <summary>To be called before the claim is written.</summary>
    public void Begin(ulong claim) => running.TryAdd(claim, 0);

    public void End(ulong claim) => running.TryRemove(claim, out _);

    /// <summary>Whether the attempt that a row speaks of is certain to have ended: its lease need not be waited for.</summary>
    public bool IsAbandoned(RecipientRow row) =>
        isSoleOwner && row.State == RecipientState.Sending && !running.ContainsKey(row.Claim);
}
