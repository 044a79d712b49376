using Cloud.Flow.Outbound.Reports;
using Cloud.Trust.Dmarc;

namespace Cloud.Api.Gateway.Operations;

/// <summary>Keeps what a door counted. What cannot be read is left out: to ask again would not mend it.</summary>
static class KeepCounts
{
    public static async ValueTask RunAsync(CountedMail counted, CountsRequest request, CancellationToken cancel)
    {
        var counts = request.Counts.Select(packed => AggregateCodec.Unpack(packed)).OfType<DailyAggregate>();
        await counted.AddAsync(request.Batch, [.. counts], cancel);
    }
}
