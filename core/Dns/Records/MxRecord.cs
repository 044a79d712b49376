using System.Globalization;

namespace Cloud.Dns;

/// <summary>A mail exchange. RFC 1035 §3.3.9.</summary>
/// <param name="Name">The domain.</param>
/// <param name="TimeToLive">As the server told it.</param>
/// <param name="Preference">Lower ones are tried first.</param>
/// <param name="Exchange">The host; the root (with preference 0) means that the domain takes no mail: RFC 7505 §3.</param>
public sealed record MxRecord(DnsName Name, TimeSpan TimeToLive, ushort Preference, DnsName Exchange)
    : ResourceRecord(Name, TimeToLive)
{
    public override RecordType Type => RecordType.Mx;

    public override string Data => string.Create(CultureInfo.InvariantCulture, $"{Preference} {Exchange}");
}
