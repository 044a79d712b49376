namespace Cloud.Dns.Messages;

/// <summary>What is asked, of class IN. RFC 1035 §4.1.2.</summary>
readonly record struct Question(DnsName Name, RecordType Type)
{
    /// <summary>IN. RFC 1035 §3.2.4.</summary>
    public const ushort Internet = 1;

    public override string ToString() => $"{Type.ToText()} {Name}";
}
