using System.Globalization;

namespace Cloud.Dns;

/// <summary>A certificate association. RFC 6698 §2.1; the names of the numbers are in RFC 7218.</summary>
/// <param name="Name">`_port._proto.host`.</param>
/// <param name="TimeToLive">As the server told it.</param>
/// <param name="Usage">2 is DANE-TA, 3 DANE-EE.</param>
/// <param name="Selector">0 is the certificate, 1 its public key.</param>
/// <param name="MatchingType">0 is all of it, 1 SHA-256, 2 SHA-512.</param>
/// <param name="Association">What has to match.</param>
public sealed record TlsaRecord(
    DnsName Name,
    TimeSpan TimeToLive,
    byte Usage,
    byte Selector,
    byte MatchingType,
    RecordOctets Association
) : ResourceRecord(Name, TimeToLive)
{
    public override RecordType Type => RecordType.Tlsa;

    public override string Data =>
        string.Create(CultureInfo.InvariantCulture, $"{Usage} {Selector} {MatchingType} {Association.ToHex()}");
}
