using Cloud.Flow.Outbound;

namespace Cloud.Functions.Hosting;

/// <summary>Opens the way to other servers when something is first sent: most instances only answer the gateway.</summary>
sealed class LazyRelay(Func<IRelay> open) : IRelay
{
    readonly Lazy<IRelay> relay = new(open);

    public ValueTask<RelayResult> SendAsync(RelayJob job, CancellationToken cancel) =>
        relay.Value.SendAsync(job, cancel);
}
