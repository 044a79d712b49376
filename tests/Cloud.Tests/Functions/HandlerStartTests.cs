using System.Net;
using System.Net.Sockets;
using Cloud.Api.Gateway;
using Cloud.Functions.Hosting;
using Cloud.Store.Azure;
using Cloud.Tests.Fakes;
using Microsoft.Extensions.Logging;

namespace Cloud.Tests.Functions;

/// <summary>The handler before its store is open.</summary>
public sealed class HandlerStartTests
{
    const string Timer = """{"Data":{"timer":{"IsPastDue":false}},"Metadata":{} }""";

    readonly TaskCompletionSource<Backend> opening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task It_is_ready_before_the_store_is_open()
    {
        await using var handler = await HandlerFixture.StartAsync(opening.Task);
        Assert.Equal(200, (await handler.SendAsync(new(HttpMethod.Get, "/"))).Status);
    }

    [Theory]
    [InlineData("trigger", 200)]
    [InlineData("gateway", 401)]
    public async Task A_call_that_comes_before_waits_and_is_answered_then(string kind, int status)
    {
        await using var handler = await HandlerFixture.StartAsync(opening.Task);
        var call = handler.SendAsync(
            kind == "trigger" ? handler.Trigger("Sweep", Timer) : new(HttpMethod.Post, "/api/gateway/list")
        );
        // The answer to a later call: had the first not waited, it would have been there before.
        Assert.Equal(200, (await handler.SendAsync(new(HttpMethod.Get, "/"))).Status);
        Assert.False(call.IsCompleted);

        opening.SetResult((await TestBackend.OpenAsync()).Backend);
        Assert.Equal(status, (await call).Status);
    }

    [Fact]
    public async Task Where_the_store_cannot_be_opened_the_process_ends_with_an_error()
    {
        var storage = new AzureStoreOptions { ConnectionString = "nonsense" };
        var settings = new HandlerSettings(
            FreePort(),
            storage,
            new KeyAuthorization(HandlerFixture.Key),
            LogLevel.None
        );
        // What is thrown here leaves Main: an exit code other than 0, after which the host starts another.
        var fault = await Assert
            .ThrowsAnyAsync<Exception>(() => Handler.RunAsync(settings, TimeProvider.System))
            .WaitAsync(TimeSpan.FromSeconds(30));
        Assert.DoesNotContain(HandlerFixture.Key, fault.ToString());
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
