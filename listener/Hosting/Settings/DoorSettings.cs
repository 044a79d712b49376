using Cloud.Dns;
using Cloud.Flow.Door;

namespace Cloud.Listener.Hosting.Settings;

/// <summary>How mail from outside is judged, and who is asked for it.</summary>
/// <param name="Options">Null where nothing is judged.</param>
public sealed record DoorSettings(DoorOptions? Options, DnsSettings Dns);
