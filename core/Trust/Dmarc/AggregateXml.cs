using System.Globalization;
using System.Text;
using System.Xml;

namespace Cloud.Trust.Dmarc;

/// <summary>Writes a day's counts as the report that its owner gets. RFC 7489 Appendix C.</summary>
public static class AggregateXml
{
    /// <param name="to">Gets UTF-8, not compressed, as it is written.</param>
    /// <param name="day">What is told.</param>
    /// <param name="organization">Who reports.</param>
    /// <param name="contact">Whom to ask; a mail address.</param>
    /// <param name="id">Unlike any other report's of ours.</param>
    /// <param name="maxRows">Rows that are written, those of most messages.</param>
    public static void Write(
        Stream to,
        DailyAggregate day,
        string organization,
        string contact,
        string id,
        int maxRows = DailyAggregate.MaxRows
    )
    {
        var settings = new XmlWriterSettings { Encoding = new UTF8Encoding(false), Indent = true };
        using var xml = XmlWriter.Create(to, settings);
        xml.WriteStartElement("feedback");
        xml.WriteElementString("version", "1.0");
        WriteMetadata(xml, day, organization, contact, id);
        WritePolicy(xml, day);
        var order = Comparer<AggregateRow>.Create(AggregateRow.Compare);
        var rows = day.Rows.OrderByDescending(entry => entry.Value).ThenBy(entry => entry.Key, order);
        foreach (var (row, count) in rows.Take(maxRows))
            WriteRecord(xml, row, count);
        xml.WriteEndElement();
    }

    static void WriteMetadata(XmlWriter xml, DailyAggregate day, string organization, string contact, string id)
    {
        var begin = new DateTimeOffset(day.Day, TimeOnly.MinValue, TimeSpan.Zero).ToUnixTimeSeconds();
        xml.WriteStartElement("report_metadata");
        xml.WriteElementString("org_name", organization);
        xml.WriteElementString("email", contact);
        xml.WriteElementString("report_id", id);
        xml.WriteStartElement("date_range");
        xml.WriteElementString("begin", Text(begin));
        xml.WriteElementString("end", Text(begin + 24 * 60 * 60 - 1));
        xml.WriteEndElement();
        if (day.Others > 0)
            xml.WriteElementString("error", $"{Text(day.Others)} more messages found no place in the records");
        xml.WriteEndElement();
    }

    static void WritePolicy(XmlWriter xml, DailyAggregate day)
    {
        var record = day.Record;
        xml.WriteStartElement("policy_published");
        xml.WriteElementString("domain", day.PolicyDomain);
        xml.WriteElementString("adkim", Text(record.Dkim));
        xml.WriteElementString("aspf", Text(record.Spf));
        xml.WriteElementString("p", record.Policy.ToText());
        xml.WriteElementString("sp", (record.Subdomains ?? record.Policy).ToText());
        xml.WriteElementString("pct", Text(record.Percent));
        xml.WriteElementString("fo", Text(record.FailureOptions));
        xml.WriteEndElement();
    }

    static void WriteRecord(XmlWriter xml, AggregateRow row, long count)
    {
        xml.WriteStartElement("record");
        xml.WriteStartElement("row");
        xml.WriteElementString("source_ip", $"{row.Source}");
        xml.WriteElementString("count", Text(count));
        xml.WriteStartElement("policy_evaluated");
        xml.WriteElementString("disposition", row.Disposition.ToText());
        xml.WriteElementString("dkim", row.DkimAligned ? "pass" : "fail");
        xml.WriteElementString("spf", row.SpfAligned ? "pass" : "fail");
        WriteReason(xml, row.Override);
        xml.WriteEndElement();
        xml.WriteEndElement();

        xml.WriteStartElement("identifiers");
        xml.WriteElementString("envelope_from", row.EnvelopeFrom);
        xml.WriteElementString("header_from", row.HeaderFrom);
        xml.WriteEndElement();

        xml.WriteStartElement("auth_results");
        foreach (var signature in row.Dkim.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            WriteSignature(xml, signature);
        WriteSpf(xml, row.Spf);
        xml.WriteEndElement();
        xml.WriteEndElement();
    }

    static void WriteReason(XmlWriter xml, PolicyOverride why)
    {
        if (why == PolicyOverride.None)
            return;
        xml.WriteStartElement("reason");
        xml.WriteElementString(
            "type",
            why switch
            {
                PolicyOverride.SampledOut => "sampled_out",
                PolicyOverride.TrustedForwarder => "trusted_forwarder",
                PolicyOverride.LocalPolicy => "local_policy",
                _ => "other",
            }
        );
        xml.WriteElementString("comment", why == PolicyOverride.PolicyTestMode ? "policy test mode" : "");
        xml.WriteEndElement();
    }

    static void WriteSignature(XmlWriter xml, string text)
    {
        var (slash, equals) = (text.IndexOf('/'), text.LastIndexOf('='));
        if (slash < 0 || equals < slash)
            return;
        xml.WriteStartElement("dkim");
        xml.WriteElementString("domain", text[..slash]);
        if (equals > slash + 1)
            xml.WriteElementString("selector", text[(slash + 1)..equals]);
        xml.WriteElementString("result", text[(equals + 1)..]);
        xml.WriteEndElement();
    }

    /// <summary>The schema asks for one: nothing that was checked is a result of <c>none</c>.</summary>
    static void WriteSpf(XmlWriter xml, string text)
    {
        var (colon, equals) = (text.IndexOf(':'), text.LastIndexOf('='));
        var isKnown = colon > 0 && equals > colon;
        xml.WriteStartElement("spf");
        xml.WriteElementString("domain", isKnown ? text[(colon + 1)..equals] : "");
        xml.WriteElementString("scope", isKnown ? text[..colon] : "mfrom");
        xml.WriteElementString("result", isKnown ? text[(equals + 1)..] : "none");
        xml.WriteEndElement();
    }

    static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    static string Text(Alignment alignment) => alignment == Alignment.Strict ? "s" : "r";

    static string Text(FailureOptions options)
    {
        (FailureOptions Option, string Text)[] all =
        [
            (FailureOptions.All, "0"),
            (FailureOptions.Any, "1"),
            (FailureOptions.Dkim, "d"),
            (FailureOptions.Spf, "s"),
        ];
        return string.Join(':', all.Where(one => options.HasFlag(one.Option)).Select(one => one.Text));
    }
}
