using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Cloud.Api.Gateway;
using Cloud.Listener.Hosting.Abuse;
using Cloud.Listener.Tls;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Cloud.Listener.Hosting;

/// <summary>The ports: accepts connections, counts them, puts TLS around them and hands each to its front.</summary>
public sealed class ListenerServer : IAsyncDisposable
{
    readonly ListenerLimits limits;
    readonly TlsCertificate certificate;
    readonly TimeProvider time;
    readonly ILogger logger;
    readonly Entrance entrance;
    readonly ProxyIntake proxies;
    readonly WebApplication application;
    readonly List<(string Name, ListenOptions Options)> bound = [];

    /// <param name="http">Where HTTP is answered and by what; null for no HTTP port.</param>
    public ListenerServer(
        IReadOnlyList<ListenerEndpoint> endpoints,
        (IPEndPoint Address, Action<WebApplication> Map)? http,
        ListenerLimits limits,
        TlsCertificate certificate,
        TimeProvider time,
        ILoggerFactory loggers
    )
    {
        this.limits = limits;
        this.certificate = certificate;
        this.time = time;
        logger = loggers.CreateLogger<ListenerServer>();
        entrance = new Entrance(limits, time, logger);
        proxies = new ProxyIntake(limits.Proxies, limits.ProxyHeader, time, logger);

        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(loggers);
        builder.Services.AddRoutingCore();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = limits.Drain);
        builder.WebHost.UseKestrelCore();
        // After Kestrel's own, which it would otherwise give way to.
        builder.Services.AddSingleton<IMemoryPoolFactory<byte>>(new ReadBlocks());
        builder.Services.Configure<SocketTransportOptions>(sockets =>
        {
            sockets.MaxReadBufferSize = limits.ReadAhead;
            // A session goes on where its socket's bytes were read: two changes of thread less for each read. What
            // takes long in a session (a password's check, a file) then holds up that one socket only.
            sockets.UnsafePreferInlineScheduling = true;
            sockets.CreateBoundListenSocket = address => Bind(address, bound);
        });
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            foreach (var endpoint in endpoints)
                kestrel.Listen(endpoint.Address, listen => Serve(listen, endpoint));
            if (http is { } web)
                kestrel.Listen(web.Address, listen => bound.Add(("http", listen)));
        });
        application = builder.Build();
        http?.Map(application);
    }

    /// <summary>The ports in the order given, each with the address it got.</summary>
    public IReadOnlyList<(string Name, IPEndPoint Address)> Endpoints =>
        [.. bound.Select(port => (port.Name, port.Options.IPEndPoint!))];

    /// <exception cref="IOException">A port is taken, or may not be listened on.</exception>
    public Task StartAsync(CancellationToken cancel)
    {
        if (!limits.TrustClientAddress)
            Log.AddressesHidden(logger);
        return application.StartAsync(cancel);
    }

    /// <summary>Accepts no more, tells every session, waits for them for <see cref="ListenerLimits.Drain"/>.</summary>
    public Task StopAsync(CancellationToken cancel) => application.StopAsync(cancel);

    public async ValueTask DisposeAsync()
    {
        await application.DisposeAsync();
        entrance.Dispose();
    }

    // Which of the ports it was is lost in Kestrel's own exceptions.
    static Socket Bind(EndPoint address, List<(string Name, ListenOptions Options)> ports)
    {
        try
        {
            return SocketTransportOptions.CreateDefaultBoundListenSocket(address);
        }
        catch (SocketException e)
        {
            var name = ports.Find(port => address.Equals(port.Options.EndPoint)).Name;
            throw new IOException($"{name}: cannot listen on {address}: {e.Message}", e);
        }
    }

    void Serve(ListenOptions listen, ListenerEndpoint endpoint)
    {
        bound.Add((endpoint.Name, listen));
        listen.Run(context => AcceptAsync(context, endpoint));
    }

    async Task AcceptAsync(ConnectionContext context, ListenerEndpoint endpoint)
    {
        await using var connection = new Connection(context, time, limits.TrustClientAddress);
        try
        {
            if (
                !proxies.Expects(context.RemoteEndPoint)
                || await PassOnAsync(connection, (IPEndPoint)context.RemoteEndPoint!, endpoint)
            )
                await ServeAsync(connection, endpoint);
        }
        catch (Exception e) when (e is ConnectionResetException or ConnectionAbortedException or IOException)
        {
            Log.PeerGone(logger, endpoint.Name, connection.Remote.Address, e.Message);
        }
        catch (OperationCanceledException) when (connection.Closed.IsCancellationRequested)
        {
            Log.PeerGone(logger, endpoint.Name, connection.Remote.Address, "connection closed");
        }
        catch (Exception e)
        {
            Log.SessionFailed(logger, e, endpoint.Name, connection.Remote.Address, connection.Id);
        }
    }

    /// <summary>Learns the client from a proxy; until then the connection counts as nobody's.</summary>
    async Task<bool> PassOnAsync(Connection connection, IPEndPoint proxy, ListenerEndpoint endpoint)
    {
        if (entrance.TryEnter(ClientAddress.Unknown) != Admission.Admitted)
            return false;
        try
        {
            return await proxies.ReadAsync(connection, proxy, endpoint.Name);
        }
        finally
        {
            entrance.Leave(ClientAddress.Unknown);
        }
    }

    async Task ServeAsync(Connection connection, ListenerEndpoint endpoint)
    {
        var admission = entrance.TryEnter(connection.Remote.Address);
        if (admission != Admission.Admitted)
        {
            await TurnAwayAsync(connection, endpoint, admission);
            return;
        }
        try
        {
            connection.Meet(entrance);
            if (!endpoint.ImplicitTls || await HandshakeAsync(connection, endpoint))
                await endpoint.Front.RunAsync(connection);
        }
        finally
        {
            entrance.Leave(connection.Remote.Address);
        }
    }

    async Task TurnAwayAsync(Connection connection, ListenerEndpoint endpoint, Admission why)
    {
        AbuseMeter.TurnedAway(why);
        if (why == Admission.TooMany)
            Log.TooManyConnections(logger, endpoint.Name, connection.Remote.Address);
        else
            Log.TurnedAway(logger, endpoint.Name, connection.Remote.Address, $"{why}");
        var words = why switch
        {
            Admission.Banned => endpoint.Front.Banned,
            Admission.BannedForLong => default,
            _ => endpoint.Front.TooManyConnections,
        };
        if (!endpoint.ImplicitTls && !words.IsEmpty)
            await connection.Output.WriteAsync(words, connection.Closed);
    }

    async Task<bool> HandshakeAsync(Connection connection, ListenerEndpoint endpoint)
    {
        try
        {
            await connection.UpgradeAsync(certificate.ServerOptions, limits.Handshake, time);
            return true;
        }
        catch (Exception e) when (e is AuthenticationException or OperationCanceledException)
        {
            Log.HandshakeFailed(logger, endpoint.Name, connection.Remote.Address, e.Message);
            return false;
        }
    }
}
