using System.Globalization;
using System.Text;
using System.Xml;
using Cloud.Mail;

namespace Cloud.Api.WellKnown;

/// <summary>The settings of a mail client, in the two forms that clients ask for by themselves.</summary>
/// <param name="host">The server.</param>
/// <param name="ports">Of it.</param>
public sealed class ClientSettings(string host, MailPorts ports)
{
    /// <summary>Octets of a question; Outlook's have 400.</summary>
    public const int MaxQuestion = 16 * 1024;

    const string QuestionSpace = "http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006";
    const string AnswerSpace = "http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006";
    const string SettingsSpace = "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a";

    /// <summary>The address for which Outlook asks.</summary>
    /// <returns>Null for what is no such question.</returns>
    public static EmailAddress? TryReadQuestion(ReadOnlyMemory<byte> body)
    {
        if (body.Length > MaxQuestion)
            return null;
        var limits = new XmlReaderSettings
        {
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            MaxCharactersInDocument = MaxQuestion,
        };
        try
        {
            using var reader = XmlReader.Create(new MemoryStream(body.ToArray()), limits);
            return reader.ReadToFollowing("EMailAddress", QuestionSpace)
                ? EmailAddress.TryParse(reader.ReadElementContentAsString().Trim())
                : null;
        }
        catch (XmlException)
        {
            return null;
        }
    }

    /// <summary>For Thunderbird, K-9, Evolution and others: "Mozilla autoconfig", version 1.1.</summary>
    public byte[] ForThunderbird(string domain) =>
        Write(xml =>
        {
            xml.WriteStartElement("clientConfig");
            xml.WriteAttributeString("version", "1.1");
            xml.WriteStartElement("emailProvider");
            xml.WriteAttributeString("id", domain);
            xml.WriteElementString("domain", domain);
            xml.WriteElementString("displayName", domain);
            xml.WriteElementString("displayShortName", domain);
            Server("incomingServer", "imap", ports.Imaps, "SSL");
            Server("incomingServer", "pop3", ports.Pop3s, "SSL");
            Server("outgoingServer", "smtp", ports.Submissions, "SSL");
            Server("outgoingServer", "smtp", ports.Submission, "STARTTLS");

            void Server(string element, string type, int? port, string socket)
            {
                if (port is not { } number)
                    return;
                xml.WriteStartElement(element);
                xml.WriteAttributeString("type", type);
                xml.WriteElementString("hostname", host);
                xml.WriteElementString("port", number.ToString(CultureInfo.InvariantCulture));
                xml.WriteElementString("socketType", socket);
                xml.WriteElementString("authentication", "password-cleartext"); // Within TLS.
                xml.WriteElementString("username", "%EMAILADDRESS%");
                xml.WriteEndElement();
            }
        });

    /// <summary>For Outlook: "POX Autodiscover". It takes one server of a kind, the one with TLS from the first byte.</summary>
    public byte[] ForOutlook(EmailAddress address) =>
        Write(xml =>
        {
            xml.WriteStartElement("Autodiscover", AnswerSpace);
            xml.WriteStartElement("Response", SettingsSpace);
            xml.WriteStartElement("Account");
            xml.WriteElementString("AccountType", "email");
            xml.WriteElementString("Action", "settings");
            Protocol("IMAP", ports.Imaps, "SSL");
            Protocol("POP3", ports.Pop3s, "SSL");
            if (ports.Submissions is not null)
                Protocol("SMTP", ports.Submissions, "SSL");
            else
                Protocol("SMTP", ports.Submission, "TLS");

            void Protocol(string type, int? port, string encryption)
            {
                if (port is not { } number)
                    return;
                xml.WriteStartElement("Protocol");
                xml.WriteElementString("Type", type);
                xml.WriteElementString("Server", host);
                xml.WriteElementString("Port", number.ToString(CultureInfo.InvariantCulture));
                xml.WriteElementString("LoginName", $"{address}");
                xml.WriteElementString("DomainRequired", "off");
                xml.WriteElementString("SPA", "off");
                xml.WriteElementString("SSL", "on");
                xml.WriteElementString("Encryption", encryption);
                xml.WriteElementString("AuthRequired", "on");
                xml.WriteEndElement();
            }
        });

    /// <param name="content">May leave its elements open.</param>
    static byte[] Write(Action<XmlWriter> content)
    {
        using var octets = new MemoryStream();
        var form = new XmlWriterSettings
        {
            Encoding = new UTF8Encoding(false),
            Indent = true,
            NewLineChars = "\n",
        };
        using (var xml = XmlWriter.Create(octets, form))
        {
            content(xml);
            xml.WriteEndDocument();
        }

        return octets.ToArray();
    }
}
