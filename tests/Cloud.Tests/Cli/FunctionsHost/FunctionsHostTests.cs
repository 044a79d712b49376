using System.Net;
using System.Text.Json;
using Cloud.Cli.FunctionsHost;
using Cloud.Store.Ports;

namespace Cloud.Tests.Cli.FunctionsHost;

/// <summary>The host keeps the contract, its traps included, as a handler meets it.</summary>
public sealed class FunctionsHostTests
{
    static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(30) };

    [Fact]
    public async Task The_handler_finds_its_environment()
    {
        using var app = new NodeApp();
        await using var host = await app.StartAsync(("MailStorage", "setting"));
        var env = (await app.HeardAsync("started", 1))[0].GetProperty("env");
        Assert.Equal(app.Root, env.GetProperty("FUNCTIONS_APP_ROOT_PATH").GetString());
        Assert.Equal("setting", env.GetProperty("MailStorage").GetString());
        Assert.True(Guid.TryParse(env.GetProperty("FUNCTIONS_CUSTOMHANDLER_WORKER_ID").GetString(), out _));
    }

    [Fact]
    public async Task Text_is_encoded_twice_and_an_objects_members_get_among_the_metadata()
    {
        using var app = new NodeApp();
        await using var host = await app.StartAsync();
        const string Message = """{"Id":"mine","deep":{"a":1}}""";
        await app.TellAsync(Message);
        var call = (await app.HeardAsync("call", 1))[0];
        Assert.Equal("/Work", call.GetProperty("call").GetString());
        var body = call.GetProperty("body");
        Assert.Equal(JsonSerializer.Serialize(Message), Reencoded(body.GetProperty("Data").GetProperty("message")));
        Assert.Equal("mine", body.GetProperty("Metadata").GetProperty("Id").GetString());
        Assert.Equal("1", body.GetProperty("Metadata").GetProperty("DequeueCount").GetString());
        Assert.StartsWith("Azure-Functions-Host/", call.GetProperty("headers").GetProperty("user-agent").GetString());
        await NodeApp.UntilAsync(() => app.Queues.CountOf("work") == 0);

        static string Reencoded(JsonElement value) =>
            JsonSerializer.Serialize(JsonSerializer.Deserialize<string>(value.GetString()!));
    }

    [Fact]
    public async Task Binary_is_base64_and_nothing_else()
    {
        using var app = new NodeApp();
        await using var host = await app.StartAsync();
        await app.TellAsync("""{"Id":"mine"}""", "bytes");
        var body = (await app.HeardAsync("call", 1))[0].GetProperty("body");
        Assert.Equal(
            """{"Id":"mine"}"""u8.ToArray(),
            body.GetProperty("Data").GetProperty("bytes").GetBytesFromBase64()
        );
        Assert.NotEqual("mine", body.GetProperty("Metadata").GetProperty("Id").GetString());
    }

    [Theory]
    [InlineData("fail")]
    [InlineData("text")]
    public async Task A_message_that_fails_five_times_goes_to_poison(string message)
    {
        using var app = new NodeApp();
        await using var host = await app.StartAsync();
        await app.TellAsync(message);
        await NodeApp.UntilAsync(() => app.Queues.CountOf("work-poison") == 1);
        var calls = await app.HeardAsync("call", 5);
        Assert.Equal(
            ["1", "2", "3", "4", "5"],
            calls.Select(call =>
                call.GetProperty("body").GetProperty("Metadata").GetProperty("DequeueCount").GetString()
            )
        );
        await NodeApp.UntilAsync(() => app.Queues.CountOf("work") == 0);
    }

    [Fact]
    public async Task A_poison_copy_of_the_host_s_ends_after_seven_days()
    {
        using var app = new NodeApp();
        await using var host = await app.StartAsync();
        await app.TellAsync("fail");
        await NodeApp.UntilAsync(() => app.Queues.CountOf("work-poison") == 1);
        app.Clock.Advance(TimeSpan.FromDays(7) - TimeSpan.FromMinutes(1));
        Assert.Equal(1, app.Queues.CountOf("work-poison"));
        app.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(0, app.Queues.CountOf("work-poison"));
    }

    [Fact]
    public async Task What_fails_on_a_poison_queue_stays_there_hidden()
    {
        using var app = new NodeApp();
        app.Function("Last", """{"type":"queueTrigger","name":"message","queueName":"work-poison"}""");
        await using var host = await app.StartAsync();
        await app.TellAsync("fail");
        await app.HeardAsync("call", 6); // five by Work, one by Last
        for (var calls = 7; calls <= 12; calls++) // as many polls later it has not come again
        {
            await app.TellAsync("done", "bytes");
            Assert.Equal("/Bytes", (await app.HeardAsync("call", calls))[calls - 1].GetProperty("call").GetString());
        }
        Assert.Equal((1, 0), (app.Queues.CountOf("work-poison"), app.Queues.CountOf("work-poison-poison")));
    }

    [Fact]
    public async Task An_empty_answer_hangs_until_the_time_is_over_and_the_handler_is_killed()
    {
        using var app = new NodeApp(functionTimeout: "00:00:01");
        await using var host = await app.StartAsync();
        await app.TellAsync("empty");
        var lives = await app.HeardAsync("started", 3);
        Assert.Equal(3, lives.Select(life => life.GetProperty("started").GetInt32()).Distinct().Count());
        await NodeApp.UntilAsync(() => app.Queues.CountOf("work-poison") == 1);
        Assert.False(host.Completion.IsCompleted, "a timeout is no error of the process");
    }

    [Fact]
    public async Task After_the_third_crash_the_host_gives_up()
    {
        using var app = new NodeApp();
        await using var host = await app.StartAsync();
        await app.TellAsync("exit 1");
        await Assert.ThrowsAsync<FunctionsHostException>(() => host.Completion.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(3, (await app.HeardAsync("started", 3)).Count);
        Assert.Equal(1, app.Queues.CountOf("work"));
    }

    [Fact]
    public async Task A_handler_that_asks_for_it_by_code_200_is_started_again_each_time()
    {
        using var app = new NodeApp();
        await using var host = await app.StartAsync();
        // A try that comes before the host has seen the end of its handler starts none.
        for (var told = 1; (await app.HeardAsync("started", 1)).Count <= Supervisor.MaxErrors + 1; told++)
        {
            await app.TellAsync("exit 200");
            await NodeApp.UntilAsync(() => app.Queues.CountOf("work-poison") == told);
        }

        Assert.False(host.Completion.IsCompleted);
    }

    [Fact]
    public async Task A_handler_that_ended_well_is_never_started_again()
    {
        using var app = new NodeApp();
        await using var host = await app.StartAsync();
        await app.TellAsync("exit 0");
        await NodeApp.UntilAsync(() => app.Queues.CountOf("work-poison") == 1);
        Assert.Single(await app.HeardAsync("started", 1));
        using var response = await Http.PostAsync(new Uri(host.Address, "/api/die"), null);
        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("0")]
    public async Task A_handler_that_never_answers_makes_a_clear_fault(string code)
    {
        using var app = new NodeApp();
        await Assert.ThrowsAsync<FunctionsHostException>(() => app.StartAsync(("DIE_AT_START", code)));
    }

    [Fact]
    public async Task A_request_keeps_path_query_and_headers_and_gets_the_hosts()
    {
        using var app = new NodeApp();
        await using var host = await app.StartAsync();
        using var request = Call(host, "/api/echo/a%2Fb/c?d=e%20f&g", new StringContent("text"));
        request.Headers.Add("X-Azure-Functions-InvocationId", "forged");
        request.Headers.Add("User-Agent", "Azure-Functions-Host/forged");
        using var response = await Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal("yes", Assert.Single(response.Headers.GetValues("X-Answer")));
        Assert.Equal("text!", await response.Content.ReadAsStringAsync());

        var heard = (await app.HeardAsync("http", 1))[0];
        Assert.Equal("/api/echo/a%2Fb/c?d=e%20f&g", heard.GetProperty("url").GetString());
        var headers = heard.GetProperty("headers");
        Assert.True(Guid.TryParse(headers.GetProperty("x-azure-functions-invocationid").GetString(), out _));
        Assert.Equal("Azure-Functions-Host/forged", headers.GetProperty("user-agent").GetString());
        Assert.Equal($"{host.Address.Authority}", headers.GetProperty("host").GetString());
        Assert.Equal("127.0.0.1", headers.GetProperty("x-forwarded-for").GetString());
        Assert.Equal("4", headers.GetProperty("content-length").GetString());
    }

    [Fact]
    public async Task A_chunked_body_is_passed_on_as_it_comes_and_so_is_the_answer()
    {
        using var app = new NodeApp();
        await using var host = await app.StartAsync();
        var body = new Pieces();
        using var request = Call(host, "/api/echo/wait", body);
        request.Headers.TransferEncodingChunked = true;
        var sending = Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        for (byte i = 1; i <= 3; i++)
        {
            // The next piece is sent when the handler has this one.
            body.Send((byte)('0' + i));
            await app.HeardAsync("piece", i);
        }
        body.End();

        using var response = await sending;
        await using var answer = await response.Content.ReadAsStreamAsync();
        var buffer = new byte[3];
        await answer.ReadExactlyAsync(buffer).AsTask().WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal("123"u8.ToArray(), buffer);
        app.Write("go", ""); // The handler ends its answer only now.
        Assert.Equal(1, await answer.ReadAsync(buffer).AsTask().WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Theory]
    [InlineData("/api/echo/x", null, 401)]
    [InlineData("/api/echo/x", "wrong", 401)]
    [InlineData("/api/echo/x?code=the%20key", null, 201)]
    [InlineData("/api/echo/x", NodeApp.Key, 201)]
    [InlineData("/Work", NodeApp.Key, 404)]
    [InlineData("/Bytes", NodeApp.Key, 404)]
    [InlineData("/api/Work", NodeApp.Key, 404)]
    [InlineData("/api/echo/../../Work", NodeApp.Key, 404)]
    [InlineData("/api/echo/..%2f..%2fWork", NodeApp.Key, 201)]
    [InlineData("/", NodeApp.Key, 404)]
    public async Task Only_routes_with_their_key_are_open_to_the_public(string path, string? key, int status)
    {
        using var app = new NodeApp();
        await using var host = await app.StartAsync();
        using var request = new HttpRequestMessage(
            HttpMethod.Post,
            new Uri(
                $"{host.Address.GetLeftPart(UriPartial.Authority)}{path}",
                new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }
            )
        );
        if (key is not null)
            request.Headers.Add("x-functions-key", key);
        using var response = await Http.SendAsync(request);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Empty(await app.HeardAsync("call", 0));
    }

    [Fact]
    public async Task A_handler_that_dies_over_a_request_is_the_callers_to_know_and_the_next_one_waits_for_the_new_one()
    {
        using var app = new NodeApp();
        await using var host = await app.StartAsync();
        using var first = await Http.PostAsync(new Uri(host.Address, "/api/die"), null);
        Assert.Equal(HttpStatusCode.BadGateway, first.StatusCode);
        using var request = Call(host, "/api/echo/x", new StringContent("again"));
        using var second = await Http.SendAsync(request);
        Assert.Equal("again!", await second.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_timer_runs_at_its_times_and_makes_up_for_a_missed_one()
    {
        using var app = new NodeApp();
        app.Function("Often", """{"type":"timerTrigger","name":"timer","schedule":"* * * * * *"}""");
        app.Function("Rare", """{"type":"timerTrigger","name":"timer","schedule":"0 0 0 1 1 *"}""");
        Directory.CreateDirectory(Path.Combine(app.Root, "timers"));
        app.Write(
            "timers/Rare.json",
            """{"Last":"2020-06-01T00:00:00Z","Next":"2021-01-01T00:00:00Z","LastUpdated":"2020-06-01T00:00:00Z"}"""
        );
        await using var host = await app.StartAsync();
        var calls = await app.HeardAsync("call", 3);
        var past = Assert.Single(calls, call => call.GetProperty("call").GetString() == "/Rare");
        var timer = past.GetProperty("body").GetProperty("Data").GetProperty("timer");
        Assert.True(timer.GetProperty("IsPastDue").GetBoolean());
        Assert.Contains(calls, call => call.GetProperty("call").GetString() == "/Often");
    }

    [Fact]
    public void All_that_is_wrong_with_the_files_is_told_at_once()
    {
        using var app = new NodeApp();
        app.Function("A", """{"type":"queueTrigger","name":"m","queueName":"Wrong_Name"}""");
        app.Function("B", """{"type":"timerTrigger","name":"t","schedule":"soon"}""");
        app.Function("C", """{"type":"httpTrigger","name":"r","route":"x"}""");
        app.Function("D", """{"type":"blobTrigger","name":"b","path":"x"}""");
        app.Function("E", "");
        var fault = Assert.Throws<FunctionsHostException>(() =>
            FunctionJson.ReadAll(app.Root, new Dictionary<string, string>())
        );
        Assert.Equal(["A", "B", "C", "D", "E"], fault.Message.Split('\n').Select(line => line.Split('/')[0]));
    }

    [Fact]
    public void An_app_setting_outweighs_host_json()
    {
        using var app = new NodeApp();
        var settings = new Dictionary<string, string>
        {
            ["AzureFunctionsJobHost__extensions__queues__batchSize"] = "4",
        };
        var queues = HostSettings.Read(app.Root, settings).Queues;
        Assert.Equal((4, 2, 5), (queues.BatchSize, queues.NewBatchThreshold, queues.MaxDequeueCount));
    }

    static HttpRequestMessage Call(Cloud.Cli.FunctionsHost.FunctionsHost host, string path, HttpContent content)
    {
        var address = new Uri($"{host.Address.GetLeftPart(UriPartial.Authority)}{path}");
        var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = content };
        request.Headers.Add("x-functions-key", NodeApp.Key);
        return request;
    }

    /// <summary>A body whose pieces are sent one by one, by hand.</summary>
    sealed class Pieces : HttpContent
    {
        readonly System.Threading.Channels.Channel<byte> pieces =
            System.Threading.Channels.Channel.CreateUnbounded<byte>();

        public void Send(byte piece) => pieces.Writer.TryWrite(piece);

        public void End() => pieces.Writer.Complete();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.FlushAsync();
            await foreach (var piece in pieces.Reader.ReadAllAsync())
            {
                await stream.WriteAsync(new[] { piece });
                await stream.FlushAsync();
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
