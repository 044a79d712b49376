using System.Globalization;

namespace Cloud.Dns;

/// <summary>A record of a type that nothing here reads. RFC 3597.</summary>
public sealed record UnknownRecord(DnsName Name, TimeSpan TimeToLive, RecordType UnknownType, RecordOctets Raw)
    : ResourceRecord(Name, TimeToLive)
{
    public override RecordType Type => UnknownType;

    /// <summary>RFC 3597 §5.</summary>
    public override string Data =>
        string.Create(CultureInfo.InvariantCulture, $"\\# {Raw.Length} {Raw.ToHex()}").TrimEnd();
}
