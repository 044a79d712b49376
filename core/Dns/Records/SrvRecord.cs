using System.Globalization;

namespace Cloud.Dns;

/// <summary>Where a service is. RFC 2782.</summary>
/// <param name="Name">`_service._proto.domain`.</param>
/// <param name="TimeToLive">As the server told it.</param>
/// <param name="Priority">Lower ones are tried first.</param>
/// <param name="Weight">Share among those of one priority.</param>
/// <param name="Port">Of the service.</param>
/// <param name="Target">The host; the root means that the service is decidedly not there.</param>
public sealed record SrvRecord(
    DnsName Name,
    TimeSpan TimeToLive,
    ushort Priority,
    ushort Weight,
    ushort Port,
    DnsName Target
) : ResourceRecord(Name, TimeToLive)
{
    public override RecordType Type => RecordType.Srv;

    public override string Data => string.Create(CultureInfo.InvariantCulture, $"{Priority} {Weight} {Port} {Target}");
}
