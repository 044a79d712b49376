namespace Cloud.Flow.Outbound.Relay.Smarthosts;

/// <summary>Where mail is made ready and sent nowhere: nothing goes on the network, not even a question for a name.</summary>
/// <remarks>
/// It is signed and read to its end as for any server, so that what cannot be read or signed is found here as well. The
/// sink reports to nobody: who wants to know of success is told by us.
/// </remarks>
static class Sink
{
    const string Reply = "250 2.0.0 Sink: sent nowhere";

    /// <exception cref="Store.Ports.StoreException">The blob or the keys cannot be read.</exception>
    public static async ValueTask<RelayResult> TakeAsync(
        RelayJob job,
        SigningKeys keys,
        TimeProvider time,
        CancellationToken cancel
    )
    {
        await using var content = await SignedContent.OfAsync(job, keys, time, cancel);
        await using var octets = await content.OpenAsync(cancel);
        await octets.CopyToAsync(Stream.Null, cancel);
        return new([
            .. job.Recipients.Select(to => new RelayOutcome(to.Number, RelayVerdict.Relayed, "2.0.0", Reply)
            {
                Host = Smarthost.Sink.Host,
            }),
        ]);
    }
}
