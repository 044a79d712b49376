using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
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
    readonly ConnectionGate gate;
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
        gate = new ConnectionGate(limits.Connections, limits.ConnectionsPerAddress);

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
    public Task StartAsync(CancellationToken cancel) => application.StartAsync(cancel);

    /// <summary>Accepts no more, tells every session, waits for them for <see cref="ListenerLimits.Drain"/>.</summary>
    public Task StopAsync(CancellationToken cancel) => application.StopAsync(cancel);

    public ValueTask DisposeAsync() => application.DisposeAsync();

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
        if (!gate.TryEnter(connection.Remote.Address))
        {
            Log.TooManyConnections(logger, endpoint.Name, connection.Remote.Address);
            if (!endpoint.ImplicitTls)
            {
                await connection.Output.WriteAsync(endpoint.Front.TooManyConnections, connection.Closed);
            }
            return;
        }

        try
        {
            if (!endpoint.ImplicitTls || await HandshakeAsync(connection, endpoint))
                await endpoint.Front.RunAsync(connection);
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
        finally
        {
            gate.Leave(connection.Remote.Address);
        }
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
