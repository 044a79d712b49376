using System.Net;
using System.Net.Http;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Cloud.Listener.Tls;
using Cloud.Tests.Fakes;
using Cloud.Trust.MtaSts;

namespace Cloud.Tests.Trust.MtaSts;

/// <summary>Against a web server of ours; all names lead to it.</summary>
public sealed class HttpsPolicySourceTests : IDisposable
{
    const string Policy = "version: STSv1\r\nmode: enforce\r\nmx: mx.example.com\r\nmax_age: 86400\r\n";

    readonly ManualClock clock = new();
    readonly TcpListener server = new(IPAddress.Loopback, 0);
    readonly ServerCertificate certificate;
    readonly SocketsHttpHandler handler;

    public HttpsPolicySourceTests()
    {
        server.Start();
        var (chain, key) = ServerCertificate.MakeSelfSigned(["mta-sts.example.com"], TimeProvider.System.GetUtcNow());
        certificate = ServerCertificate.FromPem(chain, key);
        handler = new()
        {
            AllowAutoRedirect = false,
            ConnectCallback = async (_, cancel) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(server.LocalEndpoint, cancel);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        handler.SslOptions.CertificateChainPolicy = new()
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            CustomTrustStore = { certificate.Leaf },
            RevocationMode = X509RevocationMode.NoCheck,
        };
    }

    public void Dispose() => server.Dispose();

    static string Answer(string body, string type = "text/plain", string status = "200 OK") =>
        $"HTTP/1.1 {status}\r\nContent-Type: {type}\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}";

    /// <returns>What was fetched, and the request's head.</returns>
    async Task<(PolicyFetch Fetch, string Request)> FetchAsync(string answer, string domain = "example.com")
    {
        using var source = new HttpsPolicySource(handler, clock);
        var served = ServeAsync(answer);
        var fetch = await source.FetchAsync(domain, default);
        return (fetch, await served);
    }

    async Task<string> ServeAsync(string answer)
    {
        using var peer = await server.AcceptTcpClientAsync();
        await using var tls = new SslStream(peer.GetStream());
        try
        {
            await tls.AuthenticateAsServerAsync(
                new SslServerAuthenticationOptions { ServerCertificateContext = certificate.Context }
            );
            var request = new byte[8192];
            var length = await tls.ReadAsync(request);
            await tls.WriteAsync(Encoding.Latin1.GetBytes(answer));
            return Encoding.ASCII.GetString(request, 0, length);
        }
        catch (Exception e) when (e is IOException or System.Security.Authentication.AuthenticationException)
        {
            return $"broken off: {e.Message}";
        }
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("Text/Plain; charset=utf-8")]
    public async Task A_policy_is_read(string type)
    {
        var (fetch, request) = await FetchAsync(Answer(Policy, type));
        Assert.Equal((MtaStsMode.Enforce, PolicyFault.None), (fetch.Policy!.Mode, fetch.Fault));
        Assert.StartsWith("GET /.well-known/mta-sts.txt HTTP/1.1\r\nHost: mta-sts.example.com\r\n", request);
    }

    [Fact]
    public async Task A_certificate_for_another_name_is_told_as_such() =>
        Assert.Equal(PolicyFault.WebPkiInvalid, (await FetchAsync(Answer(Policy), "example.net")).Fetch.Fault);

    [Theory]
    [InlineData("302 Found", "status 302")]
    [InlineData("404 Not Found", "status 404")]
    [InlineData("203 Other", "status 203")]
    public async Task Another_answer_is_no_policy(string status, string reason)
    {
        var (fetch, _) = await FetchAsync(Answer(Policy, status: status));
        Assert.Equal((PolicyFault.FetchError, reason), (fetch.Fault, fetch.Reason));
    }

    [Fact]
    public async Task A_web_page_is_no_policy() =>
        Assert.Equal(PolicyFault.FetchError, (await FetchAsync(Answer(Policy, "text/html"))).Fetch.Fault);

    [Fact]
    public async Task What_cannot_be_read_is_invalid() =>
        Assert.Equal(PolicyFault.Invalid, (await FetchAsync(Answer("mode: enforce"))).Fetch.Fault);

    [Fact]
    public async Task What_is_too_long_is_not_read_to_its_end()
    {
        var (fetch, _) = await FetchAsync(
            Answer(Policy + new string('\n', MtaStsPolicy.MaxLength)).Replace("Content-Length: ", "X-Length: ")
        );
        Assert.Equal(PolicyFault.Invalid, fetch.Fault);
        Assert.Contains("65536", fetch.Reason);
    }

    [Fact]
    public async Task Half_an_answer_is_none() =>
        Assert.Equal(
            PolicyFault.FetchError,
            (await FetchAsync(Answer(Policy).Replace("Content-Length: ", "Content-Length: 9"))).Fetch.Fault
        );

    [Fact]
    public async Task A_server_that_is_silent_is_given_a_minute()
    {
        using var source = new HttpsPolicySource(handler, clock);
        var fetching = source.FetchAsync("example.com", default).AsTask();
        using var peer = await server.AcceptSocketAsync();
        clock.Advance(TimeSpan.FromSeconds(59));
        Assert.False(fetching.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(1));
        var fetch = await fetching;
        Assert.Equal((PolicyFault.FetchError, "no answer in time"), (fetch.Fault, fetch.Reason));
    }

    [Fact]
    public async Task Who_gives_up_hears_so()
    {
        using var source = new HttpsPolicySource(handler, clock);
        using var stop = new CancellationTokenSource();
        var fetching = source.FetchAsync("example.com", stop.Token).AsTask();
        using var peer = await server.AcceptSocketAsync();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fetching);
    }
}
