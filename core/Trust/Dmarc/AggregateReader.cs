using System.Globalization;
using System.Net;
using System.Xml;

namespace Cloud.Trust.Dmarc;

/// <summary>Reads aggregate reports of others, in the shapes that are in use. RFC 7489 Appendix C, RFC 9990 §3.</summary>
/// <remarks>
/// Elements are taken by their names wherever their order differs from the schema's; namespaces are not looked at. There
/// are no document types and no entities but XML's own five, no more depth and no more text than a report has.
/// </remarks>
public static class AggregateReader
{
    /// <summary>Elements inside each other: a report has six.</summary>
    const int MaxDepth = 16;

    static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersFromEntities = 1,
        MaxCharactersInDocument = AggregateReport.MaxLength,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        IgnoreWhitespace = true,
    };

    /// <returns>Null for what is no report, or damaged.</returns>
    public static AggregateReport? Read(ReadOnlyMemory<byte> octets)
    {
        if (octets.Length > AggregateReport.MaxLength)
            return null;
        try
        {
            using var stream = new MemoryStream(octets.ToArray(), writable: false);
            using var xml = XmlReader.Create(stream, Settings);
            return new Reading().Read(xml);
        }
        catch (Exception e) when (e is XmlException or ArgumentException or IOException or NotSupportedException)
        {
            return null; // NotSupportedException: an encoding that nobody has
        }
    }

    /// <summary>One report, while it is read.</summary>
    sealed class Reading
    {
        readonly List<string> path = [];
        readonly List<AggregateReport.Record> records = [];
        string organization = "";
        string contact = "";
        string id = "";
        string domain = "";
        long begin;
        long end;
        long omitted;
        DmarcPolicy policy;
        bool isReport;
        Row row = new();

        public AggregateReport? Read(XmlReader xml)
        {
            while (xml.Read())
            {
                switch (xml.NodeType)
                {
                    case XmlNodeType.Element:
                        if (path.Count == MaxDepth)
                            return null;
                        Open(xml.LocalName);
                        if (xml.IsEmptyElement)
                            Close();
                        break;
                    case XmlNodeType.Text or XmlNodeType.CDATA:
                        Take(xml.Value.Trim());
                        break;
                    case XmlNodeType.EndElement:
                        Close();
                        break;
                }
            }
            return isReport && domain.Length > 0 && TimeOf(begin) is { } from && TimeOf(end) is { } to && to >= from
                ? new(organization, contact, id, from, to, domain, policy, records, omitted)
                : null;
        }

        void Open(string name)
        {
            path.Add(name);
            isReport |= path is ["feedback"];
            if (path is [_, "record"])
                row = new();
        }

        void Close()
        {
            if (path is ["feedback", "record"])
                Keep();
            path.RemoveAt(path.Count - 1);
        }

        void Take(string text)
        {
            if (text.Length > AggregateReport.MaxText)
                text = text[..AggregateReport.MaxText];
            switch (path)
            {
                case [_, "report_metadata", "org_name"]:
                    organization = Line.Of(text);
                    break;
                case [_, "report_metadata", "email"]:
                    contact = Line.Of(text);
                    break;
                case [_, "report_metadata", "report_id"]:
                    id = Line.Of(text);
                    break;
                case [_, "report_metadata", "date_range", "begin"]:
                    begin = Number(text);
                    break;
                case [_, "report_metadata", "date_range", "end"]:
                    end = Number(text);
                    break;
                case [_, "policy_published", "domain"]:
                    domain = Line.Of(text);
                    break;
                case [_, "policy_published", "p"]:
                    policy = PolicyOf(text);
                    break;
                case [_, "record", .. var rest]:
                    TakeOfRecord(rest, text);
                    break;
            }
        }

        void TakeOfRecord(IReadOnlyList<string> place, string text)
        {
            switch (place)
            {
                case ["row", "source_ip"]:
                    row.Source = IPAddress.TryParse(text, out var address) ? address : null;
                    break;
                case ["row", "count"]:
                    row.Count = Number(text);
                    break;
                case ["row", "policy_evaluated", "disposition"]:
                    row.Disposition = PolicyOf(text);
                    break;
                case ["row", "policy_evaluated", "dkim"]:
                    row.Dkim = IsPass(text);
                    break;
                case ["row", "policy_evaluated", "spf"]:
                    row.Spf = IsPass(text);
                    break;
                case ["identifiers", "header_from"]:
                    row.HeaderFrom = Line.Of(text);
                    break;
            }
        }

        void Keep()
        {
            if (row is not { Source: { } source, Count: > 0 })
                return;
            if (records.Count == AggregateReport.MaxRecords)
                omitted = Math.Min(omitted + Bounded(row.Count), AggregateReport.MaxCount);
            else
                records.Add(new(source, Bounded(row.Count), row.Disposition, row.Dkim, row.Spf, row.HeaderFrom));
        }
    }

    /// <summary>A record, while it is read.</summary>
    sealed class Row
    {
        public IPAddress? Source { get; set; }
        public long Count { get; set; }
        public DmarcPolicy Disposition { get; set; }
        public bool Dkim { get; set; }
        public bool Spf { get; set; }
        public string HeaderFrom { get; set; } = "";
    }

    static long Number(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    static long Bounded(long count) => Math.Min(count, AggregateReport.MaxCount);

    static DateTimeOffset? TimeOf(long seconds) =>
        seconds is > 0 and < 253_402_300_800 ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;

    static bool IsPass(string text) => text.Equals("pass", StringComparison.OrdinalIgnoreCase);

    static DmarcPolicy PolicyOf(string text) =>
        text.ToLowerInvariant() switch
        {
            "quarantine" => DmarcPolicy.Quarantine,
            "reject" => DmarcPolicy.Reject,
            _ => DmarcPolicy.None,
        };
}
