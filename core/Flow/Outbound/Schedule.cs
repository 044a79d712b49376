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
    readonly bool isSoleOwner;
    readonly TimeProvider time;

    internal Schedule(Overdue late, ReceivedReports received, bool hasStoreForItself, TimeProvider clock) =>
        (overdue, reports, isSoleOwner, time) = (late, received, hasStoreForItself, clock);

    /// <summary>
    /// Puts on the queue what a process that was killed had taken for sending, and had not put there yet. Only where this
    /// process has the store for itself: elsewhere somebody may be just about to do it.
    /// </summary>
    /// <param name="started">When this process began to work.</param>
    /// <returns>Tasks put there; one too many does no harm.</returns>
    /// <exception cref="StoreException">The store fails; what is left is found when it is overdue.</exception>
    public async ValueTask<int> ResumeAsync(DateTimeOffset started, TimeSpan limit, CancellationToken cancel) =>
        isSoleOwner ? await overdue.RequeueUntriedAsync(started, time.GetUtcNow() + limit, cancel) : 0;

    /// <exception cref="StoreException">The store fails; the next run goes on.</exception>
    public async ValueTask<ScheduleResult> RunAsync(TimeSpan limit, CancellationToken cancel)
    {
        var end = time.GetUtcNow() + limit;
        var requeued = await overdue.RequeueRecentAsync(end, cancel);
        return new(requeued, await reports.ReadNotesAsync(end, cancel));
    }
}
