namespace Cloud.Flow.Outbound;

/// <summary>Where sending to the world is not set up: everything waits.</summary>
public sealed class NoRelay : IRelay
{
    public ValueTask<RelayResult> SendAsync(RelayJob job, CancellationToken cancel) =>
        ValueTask.FromResult(
            new RelayResult([
                .. job.Recipients.Select(to => new RelayOutcome(
                    to.Number,
                    RelayVerdict.Deferred,
                    "4.3.5",
                    "451 4.3.5 Sending to other servers is not set up here"
                )),
            ])
        );
}
