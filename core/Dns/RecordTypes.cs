using System.Globalization;

namespace Cloud.Dns;

static class RecordTypes
{
    /// <summary>As zone files write it: `MX`, and `TYPE99` for one without a name here (RFC 3597 §5).</summary>
    public static string ToText(this RecordType type) =>
        type switch
        {
            RecordType.A => "A",
            RecordType.Ns => "NS",
            RecordType.Cname => "CNAME",
            RecordType.Soa => "SOA",
            RecordType.Ptr => "PTR",
            RecordType.Mx => "MX",
            RecordType.Txt => "TXT",
            RecordType.Aaaa => "AAAA",
            RecordType.Srv => "SRV",
            RecordType.Opt => "OPT",
            RecordType.Tlsa => "TLSA",
            RecordType.Caa => "CAA",
            _ => string.Create(CultureInfo.InvariantCulture, $"TYPE{(ushort)type}"),
        };
}
