using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Cloud.Listener.Hosting;

/// <summary>A small HTTP port beside the mail ports: short answers to GET, no bodies taken.</summary>
public sealed class HttpPort : IAsyncDisposable
{
    /// <summary>Open at once; a probe needs one, a validating authority a handful.</summary>
    const int MaxConnections = 100;

    readonly string name;
    readonly IPEndPoint asked;
    readonly WebApplication application;
    ListenOptions? bound;

    public HttpPort(string name, IPEndPoint address, RequestDelegate answer, ILoggerFactory loggers)
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
            kestrel.Limits.MaxRequestBodySize = 0;
            kestrel.Listen(
                address,
                listen =>
                {
                    listen.Protocols = HttpProtocols.Http1;
                    bound = listen;
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

    public ValueTask DisposeAsync() => application.DisposeAsync();
}
