using System.Text;
using System.Xml.Linq;
using Cloud.Api.WellKnown;
using Cloud.Dns;
using Cloud.Trust.MtaSts;

namespace Cloud.Tests.Api.WellKnown;

public sealed class WellKnownPagesTests
{
    const string Question = """
        <?xml version="1.0" encoding="utf-8"?>
        <Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006">
          <Request>
            <EMailAddress>alice@example.org</EMailAddress>
            <AcceptableResponseSchema>http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a</AcceptableResponseSchema>
          </Request>
        </Autodiscover>
        """;

    static readonly PageRequest Get = new("GET", "", "", null, default, IsSecure: true);

    static readonly PageRequest Post = Get with { Method = "POST", Path = "/autodiscover/autodiscover.xml" };

    static async Task<(int Status, string Text)> AskAsync(PageRequest request, MailPorts? ports = null)
    {
        var settings = new ClientSettings("mail.example.org", ports ?? new());
        var pages = new WellKnownPages(
            StsMode.Enforce,
            "mail.example.org",
            settings,
            (domain, _) => new(domain is "example.org" or "xn--bcher-kva.example")
        );
        var page = await pages.AnswerAsync(request, default);
        return (page.Status, Encoding.UTF8.GetString(page.Body));
    }

    [Theory]
    [InlineData("mta-sts.example.org", 200)]
    [InlineData("MTA-STS.Example.ORG.", 200)]
    [InlineData("mta-sts.example.org:8443", 200)]
    [InlineData("mta-sts.xn--bcher-kva.example", 200)]
    [InlineData("mta-sts.example.net", 404)]
    [InlineData("example.org", 404)]
    [InlineData("autoconfig.example.org", 404)]
    [InlineData("", 404)]
    [InlineData("[::1]", 404)]
    public async Task The_policy_is_given_out_for_our_domains(string host, int status)
    {
        var (code, text) = await AskAsync(Get with { Host = host, Path = "/.well-known/mta-sts.txt" });
        Assert.Equal(status, code);
        if (status != 200)
            return;
        Assert.True(MtaStsPolicy.TryParse(Encoding.ASCII.GetBytes(text), out var policy, out _));
        Assert.Equal((MtaStsMode.Enforce, TimeSpan.FromDays(7)), (policy.Mode, policy.MaxAge));
        Assert.True(policy.Matches(DnsName.Parse("mail.example.org")));
    }

    [Fact]
    public async Task Without_tls_nobody_gets_the_policy_or_settings_for_outlook()
    {
        var policy = Get with { Host = "mta-sts.example.org", Path = "/.well-known/mta-sts.txt" };
        Assert.Equal(404, (await AskAsync(policy with { IsSecure = false })).Status);
        var outlook = Post with { Body = Encoding.UTF8.GetBytes(Question), IsSecure = false };
        Assert.Equal(404, (await AskAsync(outlook)).Status);
    }

    [Theory]
    [InlineData("autoconfig.example.org", "/mail/config-v1.1.xml", null, 200)]
    [InlineData("example.org", "/.well-known/autoconfig/mail/config-v1.1.xml", null, 200)]
    [InlineData("mail.example.org", "/.well-known/autoconfig/mail/config-v1.1.xml", "a@example.org", 200)]
    [InlineData("autoconfig.example.net", "/mail/config-v1.1.xml", "a@example.net", 404)]
    [InlineData("mail.example.org", "/mail/config-v1.1.xml", "nobody", 404)]
    [InlineData("autoconfig.example.org", "/mail/config-v1.0.xml", null, 404)]
    public async Task Thunderbird_finds_its_settings(string host, string path, string? address, int status)
    {
        var request = Get with { Host = host, Path = path, Address = address };
        foreach (var isSecure in new[] { true, false })
            Assert.Equal(status, (await AskAsync(request with { IsSecure = isSecure })).Status);
    }

    [Fact]
    public async Task Thunderbird_is_told_each_server_with_its_port_and_the_whole_address_as_name()
    {
        var (_, text) = await AskAsync(Get with { Host = "autoconfig.example.org", Path = "/mail/config-v1.1.xml" });
        var provider = XDocument.Parse(text).Root!.Element("emailProvider")!;
        Assert.Equal("example.org", provider.Element("domain")!.Value);
        var servers = provider.Elements().Where(element => element.Attribute("type") is not null).ToList();
        Assert.Equal(
            ["imap 993 SSL", "pop3 995 SSL", "smtp 465 SSL", "smtp 587 STARTTLS"],
            servers.Select(server =>
                $"{server.Attribute("type")!.Value} {server.Element("port")!.Value} {server.Element("socketType")!.Value}"
            )
        );
        Assert.All(servers, server => Assert.Equal("mail.example.org", server.Element("hostname")!.Value));
        Assert.All(servers, server => Assert.Equal("%EMAILADDRESS%", server.Element("username")!.Value));
    }

    [Theory]
    [InlineData("/autodiscover/autodiscover.xml")]
    [InlineData("/Autodiscover/Autodiscover.xml")]
    public async Task Outlook_is_told_a_server_of_each_kind(string path)
    {
        var (status, text) = await AskAsync(Post with { Path = path, Body = Encoding.UTF8.GetBytes(Question) });
        Assert.Equal(200, status);
        XNamespace space = "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a";
        var protocols = XDocument.Parse(text).Descendants(space + "Protocol").ToList();
        Assert.Equal(
            ["IMAP 993 SSL", "POP3 995 SSL", "SMTP 465 SSL"],
            protocols.Select(p =>
                $"{p.Element(space + "Type")!.Value} {p.Element(space + "Port")!.Value} {p.Element(space + "Encryption")!.Value}"
            )
        );
        Assert.All(protocols, p => Assert.Equal("alice@example.org", p.Element(space + "LoginName")!.Value));
    }

    [Fact]
    public async Task Servers_that_are_off_are_not_told()
    {
        var ports = new MailPorts
        {
            Pop3s = null,
            Submissions = null,
            Submission = 2587,
        };
        var (_, text) = await AskAsync(Post with { Body = Encoding.UTF8.GetBytes(Question) }, ports);
        Assert.DoesNotContain("POP3", text);
        Assert.Contains("<Port>2587</Port>", text);
        Assert.Contains("<Encryption>TLS</Encryption>", text);
    }

    [Theory]
    [InlineData("", 400)]
    [InlineData("<Autodiscover/>", 400)]
    [InlineData("{}", 400)]
    public async Task What_is_no_question_is_refused(string body, int status) =>
        Assert.Equal(status, (await AskAsync(Post with { Body = Encoding.UTF8.GetBytes(body) })).Status);

    [Fact]
    public async Task Foreign_domains_entities_and_long_questions_get_nothing()
    {
        async Task<int> StatusAsync(string body) =>
            (await AskAsync(Post with { Body = Encoding.UTF8.GetBytes(body) })).Status;
        Assert.Equal(404, await StatusAsync(Question.Replace("example.org", "example.net")));
        var entities = Question.Replace("<Autodiscover", "<!DOCTYPE a [<!ENTITY e \"alice\">]><Autodiscover");
        Assert.Equal(400, await StatusAsync(entities.Replace("alice@", "&e;@")));
        Assert.Equal(400, await StatusAsync(Question + new string(' ', ClientSettings.MaxQuestion)));
        Assert.Equal(405, (await AskAsync(Post with { Method = "GET" })).Status);
    }
}
