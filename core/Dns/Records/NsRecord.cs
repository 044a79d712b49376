namespace Cloud.Dns;

/// <summary>A name server of the zone. RFC 1035 §3.3.11.</summary>
public sealed record NsRecord(DnsName Name, TimeSpan TimeToLive, DnsName Host) : ResourceRecord(Name, TimeToLive)
{
    public override RecordType Type => RecordType.Ns;

    public override string Data => Host.ToString();
}
