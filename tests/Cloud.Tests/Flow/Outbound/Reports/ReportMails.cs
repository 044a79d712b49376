using System.IO.Compression;
using System.Text;

namespace Cloud.Tests.Flow.Outbound.Reports;

/// <summary>Mail with reports, as others send it.</summary>
static class ReportMails
{
    public const string TlsJson = """
        {
          "organization-name": "Search Example",
          "date-range": { "start-datetime": "2026-01-01T00:00:00Z", "end-datetime": "2026-01-01T23:59:59Z" },
          "contact-info": "smtp-tls-reporting@search.example",
          "report-id": "2026-01-01T00:00:00Z_example.test",
          "policies": [
            {
              "policy": {
                "policy-type": "sts",
                "policy-string": ["version: STSv1", "mode: testing", "mx: mail.example.test", "max_age: 86400"],
                "policy-domain": "example.test",
                "mx-host": ["mail.example.test"]
              },
              "summary": { "total-successful-session-count": 20, "total-failure-session-count": 4 },
              "failure-details": [
                {
                  "result-type": "certificate-expired",
                  "sending-mta-ip": "192.0.2.7",
                  "receiving-mx-hostname": "mail.example.test",
                  "failed-session-count": 3
                },
                {
                  "result-type": "starttls-not-supported",
                  "receiving-mx-hostname": "mail.example.test",
                  "failed-session-count": 1
                }
              ]
            }
          ]
        }
        """;

    public static byte[] Gzip(string text) =>
        Cloud.Flow.Outbound.Reports.ReportMail.Compress(to => to.Write(Encoding.UTF8.GetBytes(text)));

    public static byte[] Zip(string text, CompressionLevel level = CompressionLevel.Optimal)
    {
        using var octets = new MemoryStream();
        using (var archive = new ZipArchive(octets, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var file = archive.CreateEntry("search.example!example.test!1767225600!1767311999.xml", level).Open();
            file.Write(Encoding.UTF8.GetBytes(text));
        }
        return octets.ToArray();
    }

    /// <summary>The report is the whole message, as Google has it.</summary>
    public static string Mail(string type, byte[] file) =>
        "From: noreply-dmarc-support@search.example\r\n"
        + "To: postmaster@example.test\r\n"
        + "Subject: Report domain: example.test Submitter: search.example Report-ID: 10650742938217364553\r\n"
        + $"Content-Type: {type}; name=\"search.example!example.test!1767225600!1767311999.zip\"\r\n"
        + "Content-Disposition: attachment; filename=\"search.example!example.test!1767225600!1767311999.zip\"\r\n"
        + "Content-Transfer-Encoding: base64\r\n\r\n"
        + Convert.ToBase64String(file, Base64FormattingOptions.InsertLineBreaks)
        + "\r\n";

    /// <summary>Text with an attachment, as Microsoft and Yahoo have it.</summary>
    public static string Multipart(string type, byte[] file, string author = "dmarcreport@office.example") =>
        $"From: \"Office DMARC\" <{author}>\r\n"
        + "To: dmarc@example.test\r\n"
        + "Subject: Report Domain: example.test Submitter: office.example Report-ID: <1>\r\n"
        + "MIME-Version: 1.0\r\n"
        + "Content-Type: multipart/mixed; boundary=\"=_b\"\r\n\r\n"
        + "--=_b\r\nContent-Type: text/html\r\n\r\n<p>This is a DMARC report.</p>\r\n"
        + $"--=_b\r\nContent-Type: {type}\r\n"
        + "Content-Disposition: attachment; filename=\"office.example!example.test!1!2.xml.gz\"\r\n"
        + "Content-Transfer-Encoding: base64\r\n\r\n"
        + Convert.ToBase64String(file, Base64FormattingOptions.InsertLineBreaks)
        + "\r\n--=_b--\r\n";
}
