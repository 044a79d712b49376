using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Cloud.Api.Gateway;
using Cloud.Functions.Hosting;
using Cloud.Store.Azure;
using Cloud.Tests.Fakes;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Logging;

namespace Cloud.Tests.Functions;

/// <summary>The handler on a free port and rooms in memory, called as the host calls it.</summary>
sealed class HandlerFixture : IAsyncDisposable
{
    public const string Key = "0123456789abcdef0123456789abcdef";

    readonly HttpClient http = new();
    readonly IServer handler;

    HandlerFixture(IServer started)
    {
        handler = started;
        http.BaseAddress = new Uri(started.Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }

    public Uri Address => http.BaseAddress!;

    public static Task<HandlerFixture> StartAsync(TestBackend test, IAuthorization? callers = null) =>
        StartAsync(Task.FromResult(test.Backend), callers);

    /// <param name="backend">Comes when the store is open.</param>
    public static async Task<HandlerFixture> StartAsync(Task<Backend> backend, IAuthorization? callers = null)
    {
        callers ??= new KeyAuthorization(Key);
        var settings = new HandlerSettings(0, new AzureStoreOptions(), callers, LogLevel.None);
        return new(
            await Handler.StartAsync(settings, backend, TimeProvider.System, LineLogger.OfProcess(settings.LogLevel))
        );
    }

    /// <summary>As the host asks for a trigger, headers and all.</summary>
    public HttpRequestMessage Trigger(string function, string body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"/{function}")
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("X-Azure-Functions-HostVersion", "4.1054.0.0");
        request.Headers.Add("X-Azure-Functions-InvocationId", Guid.NewGuid().ToString());
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("Azure-Functions-Host", "4.1054.0.0"));
        return request;
    }

    public async Task<(int Status, JsonElement Body)> SendAsync(HttpRequestMessage request)
    {
        using var response = await http.SendAsync(request);
        Assert.EndsWith("json", response.Content.Headers.ContentType?.MediaType);
        var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal(JsonValueKind.Object, body.ValueKind);
        return ((int)response.StatusCode, body);
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await handler.StopAsync(default);
        handler.Dispose();
    }
}
