using System.Globalization;
using System.Text;

namespace Cloud.Api.WellKnown;

/// <summary>Records as a zone file (RFC 1035 §5.1), which most DNS services import.</summary>
public static class ZoneFile
{
    /// <summary>One record a line; what is pending is a comment. Names are absolute, so it fits into any zone.</summary>
    public static string Write(IEnumerable<DnsRecord> records)
    {
        var text = new StringBuilder();
        foreach (var group in records.GroupBy(record => record.Why))
        {
            foreach (var record in group)
            {
                var line = string.Create(
                    CultureInfo.InvariantCulture,
                    $"{record.Name} {DnsRecord.TimeToLive} IN {record.Type} {record.Data}"
                );
                text.Append(record.Pending is null ? "" : "; ").Append(line).Append('\n');
            }
            var pending = group.First().Pending;
            text.Append("; ^ ").Append(group.Key).Append(pending is null ? "" : $". Not yet: {pending}").Append('\n');
        }
        return text.ToString();
    }
}
