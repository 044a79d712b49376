using System.Net;
using System.Text;
using Cloud.Listener.Gateway;
using Cloud.Store;
using Cloud.Tests.Fakes;
using Microsoft.AspNetCore.Http;

namespace Cloud.Tests.Listener.Gateway;

/// <summary>A listener's gateway, the Functions app's side of it, and a clock that a test moves.</summary>
public abstract class HopTests : IAsyncLifetime
{
    protected static readonly HttpGatewayOptions Options = new() { Address = new("http://127.0.0.1/") };

    protected ManualClock Clock { get; } = new();

    protected MemoryBlobs Blobs { get; } = new();

    protected Faults Faults { get; } = new();

    protected MemoryQueues Queues { get; private set; } = null!;

    protected TestBackend Test { get; private set; } = null!;

    protected GatewayHop Hop => Test.Hop!;

    public async Task InitializeAsync()
    {
        Queues = new(Clock);
        Test = await TestBackend.OpenAsync(
            new FaultyRows(new MemoryRows(), Faults),
            new FaultyBlobs(Blobs, Faults),
            new FaultyQueues(Queues, Faults),
            Clock,
            new() { SoleOwner = true },
            hop: Fakes.Hop.Claim
        );
    }

    public async Task DisposeAsync() => await Test.DisposeAsync();

    /// <summary>A gateway with the options a listener has, its own retries included.</summary>
    protected HttpGateway Connect(HttpGatewayOptions? options = null, bool claims = true) =>
        Hop.Connect(
            Clock,
            claims ? Blobs : null,
            claims ? new FaultyQueues(Queues, Faults) : null,
            null,
            options: options ?? Options
        );

    /// <summary>Lets time pass until a call is through.</summary>
    protected async Task<T> PassAsync<T>(Task<T> call)
    {
        for (var rounds = 0; !call.IsCompleted && rounds < 5000; rounds++)
        {
            await Task.WhenAny(call, Task.Delay(2));
            if (Hop.UnderWay == 0 || Hop.Instead == Hang)
                Clock.Advance(TimeSpan.FromMilliseconds(250));
        }
        Assert.True(call.IsCompleted, "The call never came back");
        return await call;
    }

    protected Task<T> PassAsync<T>(ValueTask<T> call) => PassAsync(call.AsTask());

    protected int Asked(string operation)
    {
        lock (Hop.Seen)
            return Hop.Seen.Count(seen => seen == operation);
    }

    protected static Task Hang(HttpContext http, Func<Task> answer) =>
        Task.Delay(Timeout.Infinite, http.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);

    protected static Task Abort(HttpContext http, Func<Task> answer)
    {
        http.Abort();
        return Task.CompletedTask;
    }

    /// <summary>Does it, and loses the answer.</summary>
    protected static async Task Lose(HttpContext http, Func<Task> answer)
    {
        http.Response.Body = new MemoryStream();
        await answer();
        http.Abort();
    }

    protected static Func<HttpContext, Func<Task>, Task> Say(int status, string type, string text) =>
        async (http, _) =>
        {
            (http.Response.StatusCode, http.Response.ContentType) = (status, type);
            await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text));
        };

    protected async Task<Cloud.Flow.Inbound.UploadedMessage> UploadAsync(
        HttpGateway gateway,
        TransactionId transaction,
        string text = "text"
    )
    {
        await using var upload = await gateway.BeginUploadAsync(transaction, default);
        await upload.WriteAsync(Encoding.UTF8.GetBytes(text), default);
        return await upload.CompleteAsync(default);
    }
}
