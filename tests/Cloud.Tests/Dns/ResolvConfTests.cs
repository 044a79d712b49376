using System.Net;
using Cloud.Dns;

namespace Cloud.Tests.Dns;

/// <summary>The system's settings, and those of a person.</summary>
public sealed class ResolvConfTests
{
    internal static readonly string[] Files =
    [
        """
            # made by somebody
            ; and a remark
            search example.com
            nameserver 192.0.2.53
            nameserver	2001:db8::53   # the second
            nameserver fe80::1%1
            options edns0 timeout:2 attempts:3 trust-ad rotate
            """,
        "nameserver 127.0.0.53\r\noptions timeout:1\r\noptions attempts:1\r\n",
    ];

    [Fact]
    public void Servers_and_options_are_read()
    {
        var settings = ResolvConf.Parse(Files[0]);
        Assert.Equal(
            ["192.0.2.53:53", "[2001:db8::53]:53", "[fe80::1%1]:53"],
            settings.Servers.Select(s => s.ToString())
        );
        Assert.Equal(TimeSpan.FromSeconds(2), settings.Timeout);
        Assert.Equal(3, settings.Attempts);
        Assert.True(settings.TrustAuthenticated);
        Assert.Empty(settings.Faults());
    }

    [Fact]
    public void Lines_may_end_as_they_do_elsewhere_and_options_add_up()
    {
        var settings = ResolvConf.Parse(Files[1]);
        Assert.Equal("127.0.0.53:53", Assert.Single(settings.Servers).ToString());
        Assert.Equal(
            (TimeSpan.FromSeconds(1), 1, false),
            (settings.Timeout, settings.Attempts, settings.TrustAuthenticated)
        );
    }

    [Theory]
    [InlineData("")]
    [InlineData("nameserver")]
    [InlineData("nameserver one.example")]
    [InlineData("nameserver 1")]
    [InlineData("#nameserver 192.0.2.1")]
    [InlineData("Nameserver 192.0.2.1")]
    [InlineData("options timeout:x timeout:-1 timeout:0 timeout: attempts attempts:1:2 debug")]
    public void What_is_not_understood_does_not_count(string text)
    {
        var settings = ResolvConf.Parse(text);
        Assert.Equal("127.0.0.1:53", Assert.Single(settings.Servers).ToString());
        Assert.Equal((TimeSpan.FromSeconds(5), 2), (settings.Timeout, settings.Attempts));
    }

    [Fact]
    public void Too_much_is_cut()
    {
        var lines = string.Concat(Enumerable.Range(1, 99).Select(i => $"nameserver 192.0.2.{i}\n"));
        var settings = ResolvConf.Parse(lines + "options timeout:99999 attempts:77");
        Assert.Equal(DnsSettings.MaxServers, settings.Servers.Count);
        Assert.Equal((TimeSpan.FromSeconds(30), 5), (settings.Timeout, settings.Attempts));
        Assert.Empty(settings.Faults());
    }

    [Fact]
    public void Without_a_file_the_local_server_is_asked() =>
        Assert.Equal("127.0.0.1:53", Assert.Single(ResolvConf.Read("/nowhere/resolv.conf").Servers).ToString());

    [Fact]
    public void A_file_is_read()
    {
        var path = Path.GetTempFileName();
        File.WriteAllText(path, Files[0]);
        Assert.Equal(3, ResolvConf.Read(path).Servers.Count);
        File.Delete(path);
    }

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1:53")]
    [InlineData("192.0.2.1:5353", "192.0.2.1:5353")]
    [InlineData("2001:db8::1", "[2001:db8::1]:53")]
    [InlineData("[2001:db8::1]", "[2001:db8::1]:53")]
    [InlineData("[fe80::1%1]:5353", "[fe80::1%1]:5353")]
    [InlineData("one.example", null)]
    [InlineData("192.0.2.1:99999", null)]
    [InlineData("", null)]
    public void A_server_may_have_a_port(string text, string? server) =>
        Assert.Equal(server, DnsSettings.TryParseServer(text)?.ToString());

    [Fact]
    public void A_scope_may_have_a_name()
    {
        var server = DnsSettings.TryParseServer("[fe80::1%lo]:53");
        Assert.NotEqual(0, server?.Address.ScopeId);
        Assert.Equal(IPAddress.Parse("fe80::1").GetAddressBytes(), server?.Address.GetAddressBytes());
    }
}
