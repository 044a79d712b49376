namespace Cloud.Dns;

/// <summary>A pointer, such as from an address to a name. RFC 1035 §3.3.12.</summary>
public sealed record PtrRecord(DnsName Name, TimeSpan TimeToLive, DnsName Target) : ResourceRecord(Name, TimeToLive)
{
    public override RecordType Type => RecordType.Ptr;

    public override string Data => Target.ToString();
}
