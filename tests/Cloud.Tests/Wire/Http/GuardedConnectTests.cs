using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Cloud.Dns;
using Cloud.Tests.Dns;
using Cloud.Wire.Http;

namespace Cloud.Tests.Wire.Http;

public sealed class GuardedConnectTests : IDisposable
{
    readonly TcpListener server = new(IPAddress.Loopback, 0);

    public GuardedConnectTests() => server.Start();

    public void Dispose() => server.Dispose();

    int Port => ((IPEndPoint)server.LocalEndpoint).Port;

    async Task<string> GetAsync(string zone, string host, params IPNetwork[] allowed)
    {
        using var http = new HttpClient(new GuardedConnect(new ZoneResolver(zone), allowed).Handler());
        return await http.GetStringAsync(new Uri($"http://{host}:{Port}/"));
    }

    async Task AnswerAsync(string answer)
    {
        using var peer = await server.AcceptSocketAsync();
        var asked = new byte[4096];
        await peer.ReceiveAsync(asked);
        await peer.SendAsync(Encoding.ASCII.GetBytes(answer));
    }

    [Theory]
    [InlineData("hooks.example A 127.0.0.1", "hooks.example")]
    [InlineData("hooks.example AAAA ::1", "hooks.example")]
    [InlineData("hooks.example AAAA ::ffff:127.0.0.1", "hooks.example")]
    [InlineData("hooks.example CNAME inside.example\ninside.example A 169.254.169.254", "hooks.example")]
    [InlineData("", "127.0.0.1")]
    [InlineData("", "[::1]")]
    [InlineData("", "[::ffff:7f00:1]")]
    [InlineData("", "2130706433")]
    [InlineData("", "localhost")]
    public async Task Nobody_is_led_to_this_machine(string zone, string host)
    {
        await Assert.ThrowsAsync<HttpRequestException>(() => GetAsync(zone, host));
        Assert.False(server.Pending());
    }

    [Fact]
    public async Task What_is_allowed_is_asked_at_the_address_that_was_checked()
    {
        var answered = AnswerAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
        var zone = "hooks.example A 10.0.0.1\nhooks.example A 127.0.0.1";
        Assert.Equal("ok", await GetAsync(zone, "hooks.example", IPNetwork.Parse("127.0.0.0/8")));
        await answered;
    }

    [Fact]
    public async Task A_site_with_many_addresses_of_a_family_that_leads_nowhere_is_reached_by_the_other()
    {
        var answered = AnswerAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
        var six = Enumerable.Range(1, 8).Select(i => $"hooks.example AAAA 100::{i:x}\n");
        var zone = string.Concat(six) + "hooks.example A 127.0.0.1";
        IPNetwork[] allowed = [IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("::/0")];
        Assert.Equal("ok", await GetAsync(zone, "hooks.example", allowed));
        await answered;
    }

    [Fact]
    public void Nothing_is_fetched_from_where_a_certificate_says()
    {
        using var handler = new GuardedConnect(new ZoneResolver("")).Handler();
        var policy = handler.SslOptions.CertificateChainPolicy!;
        Assert.True(policy.DisableCertificateDownloads);
        Assert.Equal(X509RevocationMode.NoCheck, policy.RevocationMode);
    }

    [Fact]
    public async Task Redirections_are_not_followed()
    {
        var answered = AnswerAsync(
            $"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:{Port}/secret\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        );
        var fault = await Assert.ThrowsAsync<HttpRequestException>(() =>
            GetAsync("hooks.example A 127.0.0.1", "hooks.example", IPNetwork.Parse("127.0.0.1/32"))
        );
        Assert.Equal(HttpStatusCode.Found, fault.StatusCode);
        await answered;
        Assert.False(server.Pending());
    }

    [Fact]
    public async Task A_failed_look_up_is_told_as_such()
    {
        var fault = await Assert.ThrowsAsync<HttpRequestException>(() =>
            GetAsync("hooks.example SERVFAIL", "hooks.example")
        );
        Assert.Contains("SERVFAIL", fault.GetBaseException().Message);
    }
}
