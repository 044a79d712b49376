using System.Diagnostics.Metrics;

namespace Cloud.Listener.Hosting.Abuse;

/// <summary>How often somebody was held to measure. By kind, never by address.</summary>
static class AbuseMeter
{
    static readonly Meter Meter = new("Cloud.Listener");

    static readonly Counter<long> Refused = Meter.CreateCounter<long>("cloud.listener.refused", "connections");

    static readonly Counter<long> Offences = Meter.CreateCounter<long>("cloud.listener.offences", "offences");

    static readonly Counter<long> Bans = Meter.CreateCounter<long>("cloud.listener.bans", "bans");

    public static void TurnedAway(Admission why) =>
        Refused.Add(1, new KeyValuePair<string, object?>("reason", $"{why}"));

    public static void Offended(Offence offence) => Offences.Add(1, Kind(offence));

    public static void Banned(Offence offence) => Bans.Add(1, Kind(offence));

    static KeyValuePair<string, object?> Kind(Offence offence) => new("offence", $"{offence}");
}
