namespace Cloud.Dns;

/// <summary>The name is an alias of the target. RFC 1035 §3.3.1.</summary>
public sealed record CnameRecord(DnsName Name, TimeSpan TimeToLive, DnsName Target) : ResourceRecord(Name, TimeToLive)
{
    public override RecordType Type => RecordType.Cname;

    public override string Data => Target.ToString();
}
