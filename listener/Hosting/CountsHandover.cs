using Cloud.Api.Gateway;
using Cloud.Flow.Door;
using Cloud.Listener.Gateway;
using Cloud.Store.Ports;
using Cloud.Trust.Dmarc;
using Microsoft.Extensions.Logging;

namespace Cloud.Listener.Hosting;

/// <summary>Hands what the door has counted to the gateway, every few minutes and at the end.</summary>
sealed class CountsHandover(PolicyCounts counts, IGateway gateway, TimeProvider time, Entropy entropy, ILogger logger)
{
    /// <summary>How often it looks whether there is enough.</summary>
    static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    /// <summary>What the last of it may take when the process stops.</summary>
    static readonly TimeSpan LastTime = TimeSpan.FromSeconds(5);

    /// <summary>Requests that wait for a gateway that does not answer, of 4 MiB at most; the oldest go first.</summary>
    const int MaxWaiting = 8;

    // As they were sent: one whose answer was lost is kept once.
    readonly List<CountsRequest> waiting = [];

    /// <summary>Runs until it is cancelled. Nothing is thrown; what cannot be handed over is kept for the next time.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Every, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
                await HandOverAsync(counts.IsDue, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            using var last = new CancellationTokenSource(LastTime, time);
            await HandOverAsync(takes: true, last.Token);
        }
    }

    async ValueTask HandOverAsync(bool takes, CancellationToken cancel)
    {
        if (takes)
            waiting.AddRange(RequestsOf(counts.Take()));
        if (waiting.Count > MaxWaiting)
        {
            Log.CountsTooMany(logger, waiting.Count - MaxWaiting);
            waiting.RemoveRange(0, waiting.Count - MaxWaiting);
        }
        try
        {
            while (waiting is [var first, ..])
            {
                await SendAsync(first, cancel);
                waiting.RemoveAt(0);
            }
        }
        catch (Exception e) when (e is StoreException or OperationCanceledException)
        {
            return; // the next time
        }
    }

    /// <summary>What the gateway refuses for good would be refused for ever, and keep what follows from it.</summary>
    async ValueTask SendAsync(CountsRequest request, CancellationToken cancel)
    {
        try
        {
            await gateway.KeepCountsAsync(request, cancel);
        }
        catch (GatewayFault e) when (e is { IsFinal: true, IsAnswer: true })
        {
            Log.CountsRefused(logger, e, request.Counts.Count);
        }
    }

    static bool IsShort(byte[] packed) => packed.Length <= AggregateCodec.MaxPacked;

    IEnumerable<CountsRequest> RequestsOf(IReadOnlyList<DailyAggregate> taken)
    {
        var (packed, octets) = (new List<byte[]>(), 0);
        foreach (var next in taken.SelectMany(AggregateCodec.PackAll).Where(IsShort))
        {
            if (packed.Count == CountsRequest.MaxCounts || octets + next.Length > CountsRequest.MaxOctets)
            {
                yield return new(entropy.Next64(), packed);
                (packed, octets) = ([], 0);
            }
            packed.Add(next);
            octets += next.Length;
        }
        if (packed.Count > 0)
            yield return new(entropy.Next64(), packed);
    }
}
