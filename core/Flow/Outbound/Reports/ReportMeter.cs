using System.Diagnostics.Metrics;

namespace Cloud.Flow.Outbound.Reports;

/// <summary>What is counted of reports: see TELEMETRY.md.</summary>
static class ReportMeter
{
    static readonly Meter Meter = new("Cloud.Reports");

    static readonly Counter<long> Received = Meter.CreateCounter<long>("cloud.reports.received");

    static readonly Counter<long> Unnoted = Meter.CreateCounter<long>("cloud.reports.missed");

    static readonly Counter<long> Sent = Meter.CreateCounter<long>("cloud.reports.sent");

    static readonly Counter<long> Dropped = Meter.CreateCounter<long>("cloud.reports.dropped");

    /// <summary>Counts of a domain that were handed over and cannot be kept.</summary>
    public static void Drop(int counts)
    {
        if (counts > 0)
            Dropped.Add(counts);
    }

    public static void Read(string kind) => Received.Add(1, new KeyValuePair<string, object?>("kind", kind));

    public static void Missed() => Unnoted.Add(1);

    public static void Send(string kind, int count)
    {
        if (count > 0)
            Sent.Add(count, new KeyValuePair<string, object?>("kind", kind));
    }
}
