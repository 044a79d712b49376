using Cloud.Flow.Outbound.Reports;

namespace Cloud.Api.Gateway.Operations;

/// <summary>Keeps what a door counted. What cannot be read is left out: to ask again would not mend it.</summary>
static class KeepCounts
{
    public static ValueTask RunAsync(CountedMail counted, CountsRequest request, CancellationToken cancel) =>
        counted.AddAsync(request.Batch, request.Counts, cancel);
}
