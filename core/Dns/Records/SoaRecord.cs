using System.Globalization;

namespace Cloud.Dns;

/// <summary>Start of a zone of authority. RFC 1035 §3.3.13.</summary>
/// <param name="Name">The zone.</param>
/// <param name="TimeToLive">As the server told it.</param>
/// <param name="PrimaryServer">MNAME.</param>
/// <param name="Mailbox">RNAME: the first label is the local part.</param>
/// <param name="Serial">Version of the zone.</param>
/// <param name="Refresh">Seconds.</param>
/// <param name="Retry">Seconds.</param>
/// <param name="Expire">Seconds.</param>
/// <param name="Minimum">Seconds that a negative answer may be kept. RFC 2308 §4.</param>
public sealed record SoaRecord(
    DnsName Name,
    TimeSpan TimeToLive,
    DnsName PrimaryServer,
    DnsName Mailbox,
    uint Serial,
    uint Refresh,
    uint Retry,
    uint Expire,
    uint Minimum
) : ResourceRecord(Name, TimeToLive)
{
    public override RecordType Type => RecordType.Soa;

    public override string Data =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{PrimaryServer} {Mailbox} {Serial} {Refresh} {Retry} {Expire} {Minimum}"
        );
}
