using System.Diagnostics.Metrics;
using Cloud.Store.Outbox;

namespace Cloud.Flow.Outbound;

/// <summary>What is counted of sending: see TELEMETRY.md.</summary>
static class OutboundMeter
{
    static readonly Meter Meter = new("Cloud.Outbound");

    static readonly Counter<long> Recipients = Meter.CreateCounter<long>("cloud.outbound.recipients");

    static readonly Counter<long> Repeats = Meter.CreateCounter<long>("cloud.outbound.possible_repeats");

    static readonly Counter<long> Notices = Meter.CreateCounter<long>("cloud.outbound.notices");

    static readonly Counter<long> Dead = Meter.CreateCounter<long>("cloud.outbound.dead_letters");

    static readonly Counter<long> Requeued = Meter.CreateCounter<long>("cloud.outbound.requeued");

    static readonly Counter<long> Unreadable = Meter.CreateCounter<long>("cloud.outbound.damaged");
    static readonly Counter<long> Lost = Meter.CreateCounter<long>("cloud.outbound.events_lost");

    public static void Untold(int events)
    {
        if (events > 0)
            Lost.Add(events);
    }

    public static void Attempted(IEnumerable<RecipientRow> rows)
    {
        foreach (var row in rows)
            Recipients.Add(1, new KeyValuePair<string, object?>("outcome", row.State.ToString()));
    }

    public static void MayRepeat(int recipients)
    {
        if (recipients > 0)
            Repeats.Add(recipients);
    }

    public static void Told(NoticeKinds kind) =>
        Notices.Add(1, new KeyValuePair<string, object?>("kind", kind.ToString()));

    public static void SetAside() => Dead.Add(1);

    public static void Requeue(int tasks)
    {
        if (tasks > 0)
            Requeued.Add(tasks);
    }

    public static void Damaged() => Unreadable.Add(1);
}
