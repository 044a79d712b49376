using System.Globalization;

namespace Cloud.Dns;

/// <summary>Who may issue certificates for the domain. RFC 8659 §4.1.</summary>
/// <param name="Name">The domain.</param>
/// <param name="TimeToLive">As the server told it.</param>
/// <param name="Flags">The highest bit means that an authority has to understand the tag.</param>
/// <param name="Tag">`issue`, `issuewild`, `iodef`: ASCII letters and digits, of either case.</param>
/// <param name="Value">What the tag says it is.</param>
public sealed record CaaRecord(DnsName Name, TimeSpan TimeToLive, byte Flags, string Tag, RecordOctets Value)
    : ResourceRecord(Name, TimeToLive)
{
    public override RecordType Type => RecordType.Caa;

    public override string Data => string.Create(CultureInfo.InvariantCulture, $"{Flags} {Tag} {Value}");
}
