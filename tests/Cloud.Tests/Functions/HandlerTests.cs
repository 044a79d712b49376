using System.Net;
using System.Text;
using System.Text.Json;
using Cloud.Api.Gateway;
using Cloud.Api.Rest;
using Cloud.Flow.Hooks;
using Cloud.Flow.Inbound;
using Cloud.Flow.Outbound.Reports;
using Cloud.Flow.Sweep;
using Cloud.Functions.Hosting;
using Cloud.Functions.InboundAside;
using Cloud.Functions.InboundPoison;
using Cloud.Listener.Gateway;
using Cloud.Store.Ports;
using Cloud.Tests.Api.Rest;
using Cloud.Tests.Fakes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cloud.Tests.Functions;

/// <summary>What the Functions host gets to hear, whatever it sends.</summary>
public sealed class HandlerTests : IAsyncLifetime
{
    readonly ManualClock clock = new();
    readonly Faults faults = new();
    readonly Faults queueFaults = new();
    MemoryQueues queues = null!;
    TestBackend test = null!;
    HandlerFixture handler = null!;

    public async Task InitializeAsync()
    {
        queues = new(clock);
        test = await TestBackend.OpenAsync(
            new FaultyRows(new MemoryRows(), faults),
            queues: new FaultyQueues(queues, queueFaults),
            time: clock,
            options: new() { SoleOwner = false }
        );
        handler = await HandlerFixture.StartAsync(test);
    }

    public async Task DisposeAsync() => await handler.DisposeAsync();

    static readonly Lazy<DailyReports> NoReports = new(() => throw new NotSupportedException());
    static readonly Lazy<HookWorker> NoHooks = new(() => throw new NotSupportedException());

    [Fact]
    public async Task It_says_at_once_that_it_is_ready()
    {
        var (status, _) = await handler.SendAsync(new(HttpMethod.Get, "/"));
        Assert.Equal(200, status);
    }

    [Theory]
    [InlineData(null, null, 401)]
    [InlineData("192.0.2.7", "key", 200)]
    [InlineData("203.0.113.9, 192.0.2.7:50123", "key", 200)]
    [InlineData("192.0.2.7, 203.0.113.9:443", "key", 403)]
    [InlineData("192.0.2.7", "ck_0123456789abcdef_no", 401)]
    public async Task The_api_is_answered_to_keys_from_where_they_may_be_used(string? from, string? key, int status)
    {
        var maker = new RestClient(new RestApi(test.Backend), caller: Caller.Operator);
        var made = await maker.PostAsync("/keys", """{"name":"k","scopes":["admin"],"networks":["192.0.2.0/24"]}""");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/domains/example.test");
        if (key is not null)
            request.Headers.Authorization = new(
                "Bearer",
                key == "key" ? made.Json.GetProperty("key").GetString() : key
            );
        if (from is not null)
            request.Headers.Add("X-Forwarded-For", from);
        var (answered, body) = await handler.SendAsync(request);
        Assert.Equal(status, answered);
        Assert.Equal(status == 200, body.GetRawText().Contains("example.test", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_nowhere_is_answered_in_json_too()
    {
        Assert.Equal(404, (await handler.SendAsync(new(HttpMethod.Get, "/favicon.ico"))).Status);
        Assert.Equal(404, (await handler.SendAsync(handler.Trigger("Nowhere", "{}"))).Status);
    }

    [Theory]
    [InlineData("POST", "/api/gateway/list", 401)]
    [InlineData("POST", "/API/Gateway/list", 401)]
    [InlineData("GET", "/api/gateway/list", 404)]
    [InlineData("POST", "/api/gateway", 404)]
    [InlineData("POST", "/api/gateway/list/more", 404)]
    [InlineData("POST", "/gateway/list", 404)]
    [InlineData("POST", "/", 404)]
    public async Task A_call_gets_to_its_function_alone(string method, string path, int status) =>
        Assert.Equal(status, (await handler.SendAsync(new(new HttpMethod(method), path))).Status);

    public static TheoryData<string> Encodings => ["binary", "twice", "once", "object"];

    [Theory]
    [MemberData(nameof(Encodings))]
    public async Task A_queued_message_is_filed_however_the_host_wraps_it(string encoding)
    {
        var body = await QueuedAsync();
        var text = Encoding.UTF8.GetString(body.Span);
        var value = encoding switch
        {
            "binary" => JsonSerializer.Serialize(Convert.ToBase64String(body.Span)),
            "twice" => JsonSerializer.Serialize(JsonSerializer.Serialize(text)),
            "once" => JsonSerializer.Serialize(text),
            _ => text,
        };
        // A hostile message could have said this of itself: it must not matter.
        var call = $$"""{"Data":{"message":{{value}} },"Metadata":{"DequeueCount":"9999","Id":"\"x\"","sys":{} } }""";
        var (status, answer) = await handler.SendAsync(handler.Trigger("Inbound", call));
        Assert.Equal(200, status);
        Assert.Equal(JsonValueKind.Object, answer.GetProperty("Outputs").ValueKind);
        Assert.Single((await test.OpenAsync(test.BobId)).Entries);
    }

    [Fact]
    public async Task What_cannot_be_filed_is_a_success_for_the_host_and_waits_in_a_new_message()
    {
        var body = await QueuedAsync();
        faults.Fail($"commit mail {test.BobId}");
        Assert.Equal(200, (await handler.SendAsync(handler.Trigger("Inbound", Call(body)))).Status);
        Assert.Equal(1, queues.CountOf("inbound"));
        faults.Heal();
        clock.Advance(TimeSpan.FromMinutes(1));
        await test.Backend.Inbound.WorkAsync(default);
        Assert.Single((await test.OpenAsync(test.BobId)).Entries);
    }

    [Fact]
    public async Task When_the_queue_fails_too_the_host_must_keep_the_message()
    {
        var body = await QueuedAsync();
        faults.Fail($"commit mail {test.BobId}");
        queueFaults.Fail("send");
        Assert.Equal(500, (await handler.SendAsync(handler.Trigger("Inbound", Call(body)))).Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"Data":null}""")]
    [InlineData("""{"Data":{}}""")]
    [InlineData("""{"Data":{"a":"1","b":"2"}}""")]
    [InlineData("""{"Data":{"message":7}}""")]
    [InlineData("""{"Data":{"message":"\"\\\""}}""")]
    public async Task A_call_that_makes_no_sense_is_refused(string call) =>
        Assert.Equal(400, (await handler.SendAsync(handler.Trigger("Inbound", call))).Status);

    [Theory]
    [InlineData("\"\"")]
    [InlineData("\"rubbish\"")]
    [InlineData("\"\\\"\\\"\"")]
    public async Task A_message_that_makes_no_sense_is_put_aside(string value)
    {
        var call = $$"""{"Data":{"message":{{value}} },"Metadata":{} }""";
        Assert.Equal(200, (await handler.SendAsync(handler.Trigger("Inbound", call))).Status);
        Assert.Equal(1, queues.CountOf(SetAside.Aside));
    }

    [Fact]
    public async Task What_the_host_has_given_up_is_taken_over_and_filed_when_it_can_be()
    {
        var body = await QueuedAsync();
        Assert.Equal(200, (await handler.SendAsync(handler.Trigger("InboundPoison", Call(body)))).Status);
        Assert.Equal(1, queues.CountOf(SetAside.Aside));
        Assert.Empty((await test.OpenAsync(test.BobId)).Entries);

        Assert.Equal(200, (await handler.SendAsync(handler.Trigger("InboundAside", Timer))).Status);
        Assert.Equal(0, queues.CountOf(SetAside.Aside));
        Assert.Single((await test.OpenAsync(test.BobId)).Entries);
    }

    [Fact]
    public async Task What_cannot_be_kept_stays_the_hosts()
    {
        var body = await QueuedAsync();
        queueFaults.Fail("send");
        Assert.Equal(500, (await handler.SendAsync(handler.Trigger("InboundPoison", Call(body)))).Status);
    }

    [Fact]
    public async Task Somebody_is_called_where_accepted_mail_cannot_be_filed()
    {
        var log = new RecordingLogger();
        var services = new Services(
            test.Backend,
            new(test.Backend),
            new(() => new(test.Backend)),
            new PlatformAuthorization(),
            NoReports,
            NoHooks,
            log
        );
        await InboundPoisonFunction.Function.RunAsync(services, await QueuedAsync(), default);
        var (level, _, text) = Assert.Single(log.Entries);
        Assert.Equal(LogLevel.Critical, level);
        Assert.Matches("trace 00000[0-9a-f]{27}", text);

        await InboundAsideFunction.Function.RunAsync(services, default);
        Assert.Equal(LogLevel.Information, log.Entries[^1].Level);
    }

    public static TheoryData<string> Disguises =>
        [
            "no invocation id",
            "an invocation id that is none",
            "another user agent",
            "no user agent",
            "another host",
            "a forwarded call",
            "a key",
            "a query",
            "another type",
        ];

    [Theory]
    [MemberData(nameof(Disguises))]
    public async Task A_trigger_refuses_who_is_not_the_host(string disguise)
    {
        var request = handler.Trigger("Inbound", Call(await QueuedAsync()));
        switch (disguise)
        {
            case "no invocation id":
                request.Headers.Remove("X-Azure-Functions-InvocationId");
                break;
            case "an invocation id that is none":
                request.Headers.Remove("X-Azure-Functions-InvocationId");
                request.Headers.Add("X-Azure-Functions-InvocationId", "1");
                break;
            case "another user agent":
                request.Headers.UserAgent.Clear();
                request.Headers.Add("User-Agent", "curl/8.5.0");
                break;
            case "no user agent":
                request.Headers.UserAgent.Clear();
                break;
            case "another host":
                request.Headers.Host = "name.azurewebsites.net";
                break;
            case "a forwarded call":
                request.Headers.Add("X-Forwarded-For", "192.0.2.1");
                break;
            case "a key":
                request.Headers.Add("x-functions-key", HandlerFixture.Key);
                break;
            case "a query":
                request.RequestUri = new Uri("/Inbound?a=b", UriKind.Relative);
                break;
            case "another type":
                request.Content = new StringContent("x", Encoding.UTF8, "text/plain");
                break;
        }
        Assert.Equal(404, (await handler.SendAsync(request)).Status);
        Assert.Empty((await test.OpenAsync(test.BobId)).Entries);
    }

    [Theory]
    [InlineData(null, 401)]
    [InlineData("", 401)]
    [InlineData("0123456789abcdef0123456789abcdee", 401)]
    [InlineData(HandlerFixture.Key, 426)] // past the door: it does not say which version it speaks
    public async Task The_gateway_wants_the_key(string? key, int status)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/gateway/nonsense")
        {
            Content = new StringContent("{}"),
        };
        if (key is not null)
            request.Headers.Add("x-functions-key", key);
        Assert.Equal(status, (await handler.SendAsync(request)).Status);
    }

    [Fact]
    public async Task Who_is_not_let_in_hears_what_he_should_bring()
    {
        using var http = new HttpClient { BaseAddress = handler.Address };
        using var answer = await http.PostAsync("/api/gateway/list", null);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Contains("x-functions-key", $"{Assert.Single(answer.Headers.WwwAuthenticate)}");
    }

    [Theory]
    [InlineData(true, 403, "Not for you: the token has no role.")]
    [InlineData(false, 401, "Not for you.")]
    public async Task Who_is_known_hears_what_he_lacks(bool isKnown, int status, string error)
    {
        var refusal = new CallerRefusal("the token has no role", isKnown);
        await using var door = await HandlerFixture.StartAsync(test, new Refusing(refusal));
        var (answered, body) = await door.SendAsync(new(HttpMethod.Post, "/api/gateway/list"));
        Assert.Equal((status, error), (answered, body.GetProperty("Error").GetString()));
        using var http = new HttpClient { BaseAddress = door.Address };
        using var answer = await http.PostAsync("/api/gateway/list", null);
        Assert.Equal(isKnown ? [] : ["Some challenge"], answer.Headers.WwwAuthenticate.Select(one => $"{one}"));
    }

    [Fact]
    public async Task The_listeners_gateway_receives_through_it()
    {
        await using var gateway = new HttpGateway(
            new() { Address = handler.Address },
            CallerKey.Function(HandlerFixture.Key, HttpGateway.Transport()),
            TimeProvider.System,
            Entropy.System,
            NullLoggerFactory.Instance
        );
        var transaction = test.NewTransaction();
        await using var upload = await gateway.BeginUploadAsync(transaction, default);
        await upload.WriteAsync("text"u8.ToArray(), default);
        var request = TestBackend.Request(transaction, await upload.CompleteAsync(default), TestBackend.Alice);
        Assert.Equal(ReceiveStatus.Accepted, (await gateway.ReceiveAsync(request, default)).Status);
        var entry = Assert.Single((await test.OpenAsync(test.AliceId)).Entries);
        Assert.Equal("text", await test.ReadAsync(test.AliceId, entry.Email));
    }

    [Fact]
    public async Task The_sweep_says_what_it_did()
    {
        var (status, answer) = await handler.SendAsync(handler.Trigger("Sweep", Timer));
        Assert.Equal(200, status);
        Assert.Contains("IsComplete", Assert.Single(answer.GetProperty("Logs").EnumerateArray()).GetString());
    }

    const string Timer =
        """{"Data":{"timer":{"Schedule":{"AdjustForDST":true},"ScheduleStatus":null,"IsPastDue":false}},"Metadata":{} }""";

    sealed class Refusing(CallerRefusal refusal) : IAuthorization
    {
        public string Challenge => "Some challenge";

        public ValueTask<CallerRefusal?> RefusalAsync(HttpRequest request, CancellationToken cancel) => new(refusal);
    }

    [Theory]
    [InlineData(SweepHold.None, false)]
    [InlineData(SweepHold.InboundWaits, false)]
    [InlineData(SweepHold.AsideUnread, true)]
    [InlineData(SweepHold.WrongStore, true)]
    public void A_sweep_that_stands_until_somebody_looks_is_an_error(SweepHold hold, bool isTold)
    {
        var lines = new RecordingLogger();
        var services = new Services(
            test.Backend,
            new(test.Backend),
            new(() => new(test.Backend)),
            new PlatformAuthorization(),
            NoReports,
            NoHooks,
            lines
        );
        services.Tell(new SweepResult { Held = 3, Hold = hold });
        Assert.Equal(isTold, lines.Entries.Any(said => said.Level == LogLevel.Error && said.Text.Contains($"{hold}")));
        Assert.Equal(isTold ? 1 : 0, lines.Entries.Count);
    }

    static string Call(ReadOnlyMemory<byte> body) =>
        $$"""{"Data":{"message":"{{Convert.ToBase64String(body.Span)}}" },"Metadata":{} }""";

    /// <summary>A message for bob that waits on the queue, taken off it.</summary>
    async Task<ReadOnlyMemory<byte>> QueuedAsync()
    {
        faults.Fail($"commit mail {test.BobId}");
        await test.ReceiveAsync("text", TestBackend.Bob);
        faults.Heal();
        var message = Assert.Single(await queues.ReceiveAsync("inbound", 1, TimeSpan.FromMinutes(1), default));
        await queues.DeleteAsync("inbound", message, default);
        return message.Body;
    }
}
