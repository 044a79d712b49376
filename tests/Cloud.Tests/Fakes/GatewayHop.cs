using System.Net;
using Cloud.Api.Gateway;
using Cloud.Api.Gateway.Wire;
using Cloud.Listener.Gateway;
using Cloud.Store.Accounts;
using Cloud.Store.Ports;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cloud.Tests.Fakes;

/// <summary>How a gateway under test is reached.</summary>
public enum Hop
{
    /// <summary>In process.</summary>
    None,

    /// <summary>Over HTTP, the listener writing blobs itself.</summary>
    Claim,

    /// <summary>Over HTTP, messages too.</summary>
    Stream,
}

/// <summary>The Functions app's side of the gateway on a port of 127.0.0.1, as its Gateway function answers.</summary>
public sealed class GatewayHop : IAsyncDisposable
{
    readonly WebApplication server;
    readonly GatewayService service;
    int underWay;

    GatewayHop(WebApplication application, GatewayService gateway) => (server, service) = (application, gateway);

    public Uri Address => new(server.Urls.Single());

    /// <summary>What happens to a request instead of being answered, or before, or after.</summary>
    public Func<HttpContext, Func<Task>, Task>? Instead { get; set; }

    /// <summary>Requests that came in, by operation.</summary>
    public List<string> Seen { get; } = [];

    /// <summary>Calls that were made and have not come back yet.</summary>
    public int UnderWay => Volatile.Read(ref underWay);

    public static async Task<GatewayHop> StartAsync(Backend backend)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
        });
        var hop = new GatewayHop(builder.Build(), new GatewayService(backend));
        hop.server.UseRouting();
        hop.server.MapPost("/api/gateway/{operation}", (RequestDelegate)hop.AnswerAsync);
        await hop.server.StartAsync();
        return hop;
    }

    /// <summary>A listener's gateway to this port.</summary>
    public HttpGateway Connect(
        TimeProvider time,
        IBlobs? blobs,
        IQueues? queues,
        WatchHub? hub,
        ulong seed = 7,
        HttpGatewayOptions? options = null,
        ILoggerFactory? loggers = null
    ) =>
        new(
            (options ?? new() { Address = Address, Tries = 1 }) with
            {
                Address = Address,
            },
            new Counter(this) { InnerHandler = HttpGateway.Transport() },
            time,
            new SeededEntropy(seed),
            loggers ?? NullLoggerFactory.Instance,
            blobs,
            queues,
            hub
        );

    public async ValueTask DisposeAsync()
    {
        await server.StopAsync(new CancellationToken(canceled: true));
        await server.DisposeAsync();
    }

    async Task AnswerAsync(HttpContext http)
    {
        var operation = (string)http.Request.RouteValues["operation"]!;
        lock (Seen)
            Seen.Add(operation);
        if (Instead is { } instead)
            await instead(http, () => AnswerAsync(http, operation));
        else
            await AnswerAsync(http, operation);
    }

    async Task AnswerAsync(HttpContext http, string operation)
    {
        await using var answer = await service.AnswerAsync(
            operation,
            name => http.Request.Headers[name],
            http.Request.Body,
            http.RequestAborted
        );
        (http.Response.StatusCode, http.Response.ContentType) = (answer.Status, answer.ContentType);
        await answer.WriteAsync(http.Response.Body, http.RequestAborted);
    }

    sealed class Counter(GatewayHop hop) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            Interlocked.Increment(ref hop.underWay);
            try
            {
                return await base.SendAsync(request, cancellationToken);
            }
            finally
            {
                Interlocked.Decrement(ref hop.underWay);
            }
        }
    }
}
