using Cloud.Dns;
using Cloud.Flow.Door;

namespace Cloud.Listener.Hosting.Settings;

/// <summary>How mail from outside is judged, and who is asked for it.</summary>
/// <param name="Options">Null where nothing is judged.</param>
/// <param name="Suffixes">A newer Public Suffix List; null where only the shipped one is used.</param>
public sealed record DoorSettings(DoorOptions? Options, DnsSettings Dns, SuffixSource? Suffixes = null);
