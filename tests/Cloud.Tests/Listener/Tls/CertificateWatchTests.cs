using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Cloud.Listener.Hosting;
using Cloud.Listener.Tls;
using Cloud.Tests.Fakes;
using Cloud.Tests.Listener.Tls.Acme;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cloud.Tests.Listener.Tls;

/// <summary>Certificates change while the server runs.</summary>
public sealed class CertificateWatchTests : IDisposable
{
    readonly SkippingClock clock = new();
    readonly TestAuthority authority;
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("cloud-pem-");

    public CertificateWatchTests() => authority = new(clock.GetUtcNow());

    string CertificatePath => Path.Combine(folder.FullName, "fullchain.pem");

    string KeyPath => Path.Combine(folder.FullName, "privkey.pem");

    public void Dispose()
    {
        authority.Dispose();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task New_connections_get_the_new_certificate_and_old_ones_go_on()
    {
        var certificate = new TlsCertificate(Make("old.example.test"));
        var front = new PingFront();
        await using var server = new ListenerServer(
            [new("ping", new(System.Net.IPAddress.Loopback, 0), front, ImplicitTls: true)],
            null,
            new ListenerLimits(),
            certificate,
            TimeProvider.System,
            NullLoggerFactory.Instance
        );
        await server.StartAsync(default);
        using var before = await ConnectAsync(server);
        Assert.Equal("old.example.test", NameOf(before));

        certificate.Use(Make("new.example.test"));
        using var after = await ConnectAsync(server);
        Assert.Equal("new.example.test", NameOf(after));
        foreach (var stream in new[] { before, after })
        {
            await stream.WriteAsync("ping"u8.ToArray());
            var answer = new byte[4];
            await stream.ReadExactlyAsync(answer);
            Assert.Equal("ping", Encoding.ASCII.GetString(answer));
        }
        await server.StopAsync(new CancellationToken(canceled: true));
    }

    [Fact]
    public async Task Renewed_files_are_taken_up_at_the_next_look_and_half_renewed_ones_are_not()
    {
        Write("first.example.test");
        var files = new PemFiles(CertificatePath, KeyPath);
        Assert.Equal("first.example.test", (await files.LookAsync(default)).Changed!.Names[0]);
        Assert.Equal(new CertificateLook(null, TimeSpan.FromMinutes(1)), await files.LookAsync(default));

        var (chain, key) = authority.Make(clock.GetUtcNow(), TimeSpan.FromDays(90), "second.example.test");
        File.WriteAllText(CertificatePath, chain);
        await Assert.ThrowsAsync<CertificateException>(async () => await files.LookAsync(default));
        File.WriteAllText(KeyPath, key);
        Assert.Equal("second.example.test", (await files.LookAsync(default)).Changed!.Names[0]);
        File.Delete(KeyPath);
        await Assert.ThrowsAsync<CertificateException>(async () => await files.LookAsync(default));
    }

    [Fact]
    public async Task A_link_that_is_turned_to_another_file_is_noticed()
    {
        Write("first.example.test");
        var links = (Path.Combine(folder.FullName, "c"), Path.Combine(folder.FullName, "k"));
        File.CreateSymbolicLink(links.Item1, CertificatePath);
        File.CreateSymbolicLink(links.Item2, KeyPath);
        var files = new PemFiles(links.Item1, links.Item2);
        files.Load();
        Assert.Null((await files.LookAsync(default)).Changed);

        var archive = Directory.CreateDirectory(Path.Combine(folder.FullName, "2")).FullName;
        var (chain, key) = authority.Make(clock.GetUtcNow(), TimeSpan.FromDays(90), "second.example.test");
        File.WriteAllText(Path.Combine(archive, "c"), chain);
        File.WriteAllText(Path.Combine(archive, "k"), key);
        File.Delete(links.Item1);
        File.Delete(links.Item2);
        File.CreateSymbolicLink(links.Item1, Path.Combine(archive, "c"));
        File.CreateSymbolicLink(links.Item2, Path.Combine(archive, "k"));
        Assert.Equal("second.example.test", (await files.LookAsync(default)).Changed!.Names[0]);
    }

    [Fact]
    public async Task What_a_source_brings_is_used_and_what_fails_changes_nothing()
    {
        var (first, second) = (Make("first.example.test"), Make("second.example.test"));
        var source = new ScriptedSource(
            () => new(first, TimeSpan.FromHours(1)),
            () => throw new InvalidOperationException("a fault of ours"),
            () => new(null, TimeSpan.FromHours(1)),
            () => new(second, TimeSpan.FromHours(1))
        );
        var certificate = new TlsCertificate(Make("self-signed.example.test"));
        await using var watch = Watch(source, certificate);
        await source.Exhausted;
        Assert.Same(second, certificate.Current);
    }

    [Fact]
    public async Task A_source_that_fails_is_asked_less_and_less()
    {
        CertificateLook Fail() => throw new CertificateException("no");
        var source = new ScriptedSource([.. Enumerable.Repeat(Fail, 8)]);
        var began = clock.GetUtcNow();
        var certificate = new TlsCertificate(Make("old.example.test"));
        await using var watch = Watch(source, certificate);
        await source.Exhausted;
        // 15 and 30 minutes, 1, 2, 4, 8, 12 and 12 hours; each up to a tenth longer.
        Assert.InRange((clock.GetUtcNow() - began).TotalHours, 39.75, 39.75 * 1.1);
        Assert.Equal("old.example.test", certificate.Current.Names[0]);
    }

    [Fact]
    public async Task A_wait_that_the_authority_asks_for_is_kept()
    {
        var source = new ScriptedSource(() =>
            throw new CertificateException("rate limited", retryAfter: TimeSpan.FromHours(11))
        );
        var began = clock.GetUtcNow();
        await using var watch = Watch(source, new TlsCertificate(Make("old.example.test")));
        await source.Exhausted;
        Assert.Equal(11, (clock.GetUtcNow() - began).TotalHours);
    }

    [Fact]
    public void Pem_with_a_key_of_another_certificate_is_refused()
    {
        var (chain, _) = authority.Make(clock.GetUtcNow(), TimeSpan.FromDays(90), "a.example.test");
        var (_, key) = authority.Make(clock.GetUtcNow(), TimeSpan.FromDays(90), "a.example.test");
        Assert.Throws<CertificateException>(() => ServerCertificate.FromPem(chain, key));
        Assert.Throws<CertificateException>(() => ServerCertificate.FromPem("nonsense", "nonsense"));
    }

    CertificateWatch Watch(ICertificateSource source, TlsCertificate certificate)
    {
        var watch = new CertificateWatch(source, certificate, clock, new SeededEntropy(1), NullLoggerFactory.Instance);
        watch.Start();
        return watch;
    }

    ServerCertificate Make(string name)
    {
        var (chain, key) = authority.Make(clock.GetUtcNow(), TimeSpan.FromDays(90), name);
        return ServerCertificate.FromPem(chain, key);
    }

    void Write(string name)
    {
        var (chain, key) = authority.Make(clock.GetUtcNow(), TimeSpan.FromDays(90), name);
        File.WriteAllText(CertificatePath, chain);
        File.WriteAllText(KeyPath, key);
    }

    static async Task<SslStream> ConnectAsync(ListenerServer server)
    {
        var client = new TcpClient();
        await client.ConnectAsync(server.Endpoints[0].Address);
        var stream = new SslStream(client.GetStream(), false, (_, certificate, _, _) => certificate is not null);
        await stream.AuthenticateAsClientAsync("localhost");
        return stream;
    }

    static string NameOf(SslStream stream) =>
        ((X509Certificate2)stream.RemoteCertificate!).GetNameInfo(X509NameType.DnsName, false);

    /// <summary>Answers as told; asked once more, it lets the test know and does not answer.</summary>
    sealed class ScriptedSource(params Func<CertificateLook>[] script) : ICertificateSource
    {
        readonly TaskCompletionSource exhausted = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int looks;

        public (TimeSpan First, TimeSpan Most) Retry => (TimeSpan.FromMinutes(15), TimeSpan.FromHours(12));

        public Task Exhausted => exhausted.Task;

        public async ValueTask<CertificateLook> LookAsync(CancellationToken cancel)
        {
            if (looks < script.Length)
                return script[looks++]();
            exhausted.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, cancel);
            return default;
        }
    }

    sealed class PingFront : IFront
    {
        public ReadOnlyMemory<byte> TooManyConnections => default;

        public async Task RunAsync(Connection connection)
        {
            var (result, interruption) = await connection.ReadAsync(TimeSpan.FromMinutes(1));
            if (interruption != Interruption.None)
                return;
            foreach (var part in result.Buffer)
                await connection.Output.WriteAsync(part);
            connection.Input.AdvanceTo(result.Buffer.End);
            await connection.FlushAsync();
        }
    }
}
