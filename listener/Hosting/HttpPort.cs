using System.Net;
using Cloud.Listener.Tls;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Cloud.Listener.Hosting;

/// <summary>A small HTTP port beside the mail ports: short answers, and no bodies taken unless it is said.</summary>
public sealed class HttpPort : IAsyncDisposable
{
    /// <summary>Open at once; a probe needs one, a validating authority a handful.</summary>
    const int MaxConnections = 100;

    readonly string name;
    readonly IPEndPoint asked;
    readonly WebApplication application;
    ListenOptions? bound;

    /// <param name="name">As in `ready http=…`.</param>
    /// <param name="address">Where to listen.</param>
    /// <param name="answer">Who answers.</param>
    /// <param name="loggers">For the server's own.</param>
    /// <param name="certificate">For TLS, the one in use at each handshake; null for none.</param>
    /// <param name="maxBody">Octets of a question's body; default: none is taken.</param>
    public HttpPort(
        string name,
        IPEndPoint address,
        RequestDelegate answer,
        ILoggerFactory loggers,
        TlsCertificate? certificate = null,
        long maxBody = 0
    )
    {
        this.name = name;
        asked = address;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(loggers);
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(1));
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = MaxConnections;
            kestrel.Limits.MaxRequestBodySize = maxBody;
            kestrel.Listen(
                address,
                listen =>
                {
                    listen.Protocols = HttpProtocols.Http1;
                    bound = listen;
                    if (certificate is not null)
                        listen.UseHttps(Handshake(certificate));
                }
            );
        });
        application = builder.Build();
        application.Run(answer);
    }

    public string Name => name;

    /// <summary>The address it got.</summary>
    public IPEndPoint Address => bound?.IPEndPoint ?? asked;

    /// <exception cref="IOException">The port is taken, or may not be listened on.</exception>
    public async Task StartAsync(CancellationToken cancel)
    {
        try
        {
            await application.StartAsync(cancel);
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
        {
            throw new IOException($"{name}: cannot listen on {asked}: {e.Message}", e);
        }
    }

    static TlsHandshakeCallbackOptions Handshake(TlsCertificate certificate) =>
        new()
        {
            HandshakeTimeout = TimeSpan.FromSeconds(10), // Kestrel's own default.
            OnConnection = _ => new(certificate.ServerOptions),
        };

    public ValueTask DisposeAsync() => application.DisposeAsync();
}
