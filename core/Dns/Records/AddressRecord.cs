using System.Net;
using System.Net.Sockets;

namespace Cloud.Dns;

/// <summary>A (RFC 1035 §3.4.1) or AAAA (RFC 3596 §2.2), which the family of the address tells.</summary>
public sealed record AddressRecord(DnsName Name, TimeSpan TimeToLive, IPAddress Address)
    : ResourceRecord(Name, TimeToLive)
{
    public override RecordType Type =>
        Address.AddressFamily == AddressFamily.InterNetwork ? RecordType.A : RecordType.Aaaa;

    public override string Data => Address.ToString();
}
