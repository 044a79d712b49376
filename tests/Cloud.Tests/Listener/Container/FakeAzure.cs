using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Azure.Core;
using Azure.Core.Pipeline;
using Cloud.Listener.Container;
using Cloud.Tests.Listener.Tls.Acme;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Cloud.Tests.Listener.Container;

/// <summary>A REST service of Azure's kind on 127.0.0.1: https, and nothing without the right bearer token.</summary>
sealed class FakeAzure : IAsyncDisposable
{
    readonly TestAuthority authority = new(DateTimeOffset.UtcNow);
    WebApplication application = null!;

    public string Token { get; set; } = "a token";

    public ConcurrentQueue<string> Scopes { get; } = new();

    public Uri Address { get; private set; } = null!;

    public static async Task<FakeAzure> StartAsync(RequestDelegate answer)
    {
        var azure = new FakeAzure();
        var (chain, key) = azure.authority.Make(
            DateTimeOffset.UtcNow.AddMinutes(-1),
            TimeSpan.FromDays(1),
            "localhost"
        );
        using var ephemeral = X509Certificate2.CreateFromPem(chain, key);
        var certificate = X509CertificateLoader.LoadPkcs12(ephemeral.Export(X509ContentType.Pfx), null);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder
            .WebHost.UseKestrelCore()
            .UseKestrelHttpsConfiguration()
            .ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        azure.application = builder.Build();
        azure.application.Run(context => azure.AnswerAsync(context, answer));
        await azure.application.StartAsync();
        azure.Address = new Uri(azure.application.Urls.First());
        return azure;
    }

    public HttpPipeline Pipeline(string scope)
    {
        var credential = DelegatedTokenCredential.Create(
            (context, _) =>
            {
                Scopes.Enqueue(context.Scopes[0]);
                return new("a token", DateTimeOffset.UtcNow.AddHours(1));
            }
        );
        var trust = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            CustomTrustStore = { authority.Root },
            RevocationMode = X509RevocationMode.NoCheck,
        };
        var transport = new HttpClientTransport(
            new SocketsHttpHandler { SslOptions = { CertificateChainPolicy = trust } }
        );
        return AzureServices.Pipeline(credential, scope, transport);
    }

    public async ValueTask DisposeAsync()
    {
        await application.DisposeAsync();
        authority.Dispose();
    }

    Task AnswerAsync(HttpContext context, RequestDelegate answer)
    {
        if (context.Request.Headers.Authorization == $"Bearer {Token}")
            return answer(context);
        context.Response.StatusCode = 401;
        return Task.CompletedTask;
    }
}
