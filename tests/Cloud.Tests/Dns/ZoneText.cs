using System.Globalization;
using System.Net;
using System.Text;
using Cloud.Dns;

namespace Cloud.Tests.Dns;

/// <summary>Records as lines of a zone file: <c>name [seconds] TYPE data</c>. A semicolon starts a comment.</summary>
static class ZoneText
{
    public static readonly TimeSpan DefaultTimeToLive = TimeSpan.FromSeconds(300);

    /// <summary>A line, its words apart; a word in quotation marks keeps its escapes undone, one octet a character.</summary>
    public sealed record Line(DnsName Name, TimeSpan TimeToLive, string Type, string[] Data);

    public static IEnumerable<ResourceRecord> Records(string text) => Lines(text).Select(Record);

    public static IEnumerable<Line> Lines(string text) =>
        text.Split('\n').Select(Words).Where(words => words.Length > 0).Select(ToLine);

    public static ResourceRecord Record(Line line)
    {
        var (name, ttl, type, data) = line;
        return type switch
        {
            "A" or "AAAA" => new AddressRecord(name, ttl, IPAddress.Parse(data[0])),
            "NS" => new NsRecord(name, ttl, DnsName.Parse(data[0])),
            "CNAME" => new CnameRecord(name, ttl, DnsName.Parse(data[0])),
            "PTR" => new PtrRecord(name, ttl, DnsName.Parse(data[0])),
            "MX" => new MxRecord(name, ttl, Short(data[0]), DnsName.Parse(data[1])),
            "TXT" => new TxtRecord(name, ttl, Octets(string.Concat(data))),
            "SRV" => new SrvRecord(name, ttl, Short(data[0]), Short(data[1]), Short(data[2]), DnsName.Parse(data[3])),
            "SOA" => new SoaRecord(
                name,
                ttl,
                DnsName.Parse(data[0]),
                DnsName.Parse(data[1]),
                Long(data[2]),
                Long(data[3]),
                Long(data[4]),
                Long(data[5]),
                Long(data[6])
            ),
            "TLSA" => new TlsaRecord(
                name,
                ttl,
                (byte)Short(data[0]),
                (byte)Short(data[1]),
                (byte)Short(data[2]),
                new(Convert.FromHexString(string.Concat(data[3..])))
            ),
            "CAA" => new CaaRecord(name, ttl, (byte)Short(data[0]), data[1], Octets(data[2])),
            _ when type.StartsWith("TYPE", StringComparison.Ordinal) => new UnknownRecord(
                name,
                ttl,
                (RecordType)Short(type[4..]),
                new(Convert.FromHexString(string.Concat(data.Skip(2))))
            ),
            _ => throw new FormatException($"Not a type: {type}"),
        };
    }

    static Line ToLine(string[] words)
    {
        var hasTime = uint.TryParse(words[1], CultureInfo.InvariantCulture, out var seconds);
        var data = words[(hasTime ? 2 : 1)..];
        var time = hasTime ? TimeSpan.FromSeconds(seconds) : DefaultTimeToLive;
        return new(DnsName.Parse(words[0]), time, data[0], data[1..]);
    }

    static string[] Words(string line)
    {
        var words = new List<string>();
        var at = 0;
        while (at < line.Length && line[at] != ';')
        {
            if (char.IsWhiteSpace(line[at]))
            {
                at++;
                continue;
            }

            var isQuoted = line[at] == '"';
            if (isQuoted)
                at++;
            var word = new StringBuilder();
            while (at < line.Length && (isQuoted ? line[at] != '"' : !char.IsWhiteSpace(line[at])))
                word.Append(isQuoted ? Unescaped(line, ref at) : line[at++]);
            if (isQuoted)
                at++;
            words.Add(word.ToString());
        }

        return [.. words];
    }

    static char Unescaped(string line, ref int at)
    {
        if (line[at] != '\\')
            return line[at++];
        if (!char.IsAsciiDigit(line[at + 1]))
        {
            at += 2;
            return line[at - 1];
        }

        at += 4;
        return (char)byte.Parse(line.AsSpan(at - 3, 3), CultureInfo.InvariantCulture);
    }

    static RecordOctets Octets(string text) => new(Encoding.Latin1.GetBytes(text));

    static ushort Short(string text) => ushort.Parse(text, CultureInfo.InvariantCulture);

    static uint Long(string text) => uint.Parse(text, CultureInfo.InvariantCulture);
}
