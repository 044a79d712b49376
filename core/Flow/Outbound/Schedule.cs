using Cloud.Flow.Outbound.Reports;
using Cloud.Store.Ports;

namespace Cloud.Flow.Outbound;

/// <param name="Requeued">What waited in the outbox and was overdue, and is on the queue again: with one, look why.</param>
/// <param name="Reports">Reports of others that were read.</param>
public readonly record struct ScheduleResult(int Requeued, int Reports);

/// <summary>What is set going by time, and by no message of a queue.</summary>
/// <remarks>Somebody must run it every <see cref="Every"/>; to run it more often, or twice at a time, does no harm.</remarks>
public sealed class Schedule
{
    public static readonly TimeSpan Every = TimeSpan.FromMinutes(10);

    readonly Overdue overdue;
    readonly ReceivedReports reports;
    readonly TimeProvider time;

    internal Schedule(Overdue late, ReceivedReports received, TimeProvider clock) =>
        (overdue, reports, time) = (late, received, clock);

    /// <exception cref="StoreException">The store fails; the next run goes on.</exception>
    public async ValueTask<ScheduleResult> RunAsync(TimeSpan limit, CancellationToken cancel)
    {
        var end = time.GetUtcNow() + limit;
        var requeued = await overdue.RequeueAsync(isAll: false, end, cancel);
        return new(requeued, await reports.ReadNotesAsync(end, cancel));
    }
}
