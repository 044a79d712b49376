using System.Net;
using Cloud.Listener.Hosting;
using Cloud.Listener.Tls;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cloud.Tests.Sessions;

/// <summary>Real ports on 127.0.0.1 with fronts behind them, as `cloud serve` has.</summary>
public sealed class TestListener : IAsyncDisposable
{
    static readonly Lazy<TlsCertificate> Certificate = new(() =>
        TlsCertificate.SelfSigned(
            Directory.CreateTempSubdirectory("cloud-test-tls-").FullName,
            ["localhost"],
            TimeProvider.System
        )
    );

    readonly ListenerServer server;
    readonly IAsyncDisposable? behind;

    TestListener(ListenerServer server, IAsyncDisposable? behind)
    {
        this.server = server;
        this.behind = behind;
    }

    /// <summary>The certificate of all test listeners.</summary>
    public static TlsCertificate Tls => Certificate.Value;

    /// <param name="fronts">Name, front, whether TLS is implicit.</param>
    /// <param name="behind">Disposed with the listener: store, gateway.</param>
    public static async Task<TestListener> StartAsync(
        IEnumerable<(string Name, IFront Front, bool ImplicitTls)> fronts,
        ListenerLimits? limits = null,
        TimeProvider? time = null,
        IAsyncDisposable? behind = null
    )
    {
        var endpoints = fronts.Select(f => new ListenerEndpoint(
            f.Name,
            new IPEndPoint(IPAddress.Loopback, 0),
            f.Front,
            f.ImplicitTls
        ));
        var server = new ListenerServer(
            [.. endpoints],
            null,
            limits ?? new ListenerLimits(),
            Tls,
            time ?? TimeProvider.System,
            NullLoggerFactory.Instance
        );
        await server.StartAsync(CancellationToken.None);
        return new TestListener(server, behind);
    }

    /// <param name="port">Null for the first.</param>
    public IPEndPoint Address(string? port = null) =>
        server.Endpoints.First(endpoint => port is null || endpoint.Name == port).Address;

    public Task StopAsync() => server.StopAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await server.StopAsync(new CancellationToken(canceled: true));
        await server.DisposeAsync();
        if (behind is not null)
            await behind.DisposeAsync();
    }
}
