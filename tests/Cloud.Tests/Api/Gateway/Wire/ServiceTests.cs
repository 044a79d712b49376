using System.Text;
using System.Text.Json;
using Cloud.Api.Gateway;
using Cloud.Api.Gateway.Wire;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Api.Gateway.Wire;

/// <summary>The serving end, asked by somebody who does not keep to the rules.</summary>
public sealed class ServiceTests
{
    readonly Faults faults = new();
    readonly ManualClock clock = new();

    async Task<(int Status, JsonElement Body, Exception? Fault)> AskAsync(
        string operation,
        Stream body,
        params (string Name, string Value)[] headers
    )
    {
        var test = await TestBackend.OpenAsync(
            new FaultyRows(new MemoryRows(), faults),
            time: clock,
            options: new() { SoleOwner = false }
        );
        faults.Fail(failing);
        var given = headers.ToDictionary(header => header.Name, header => header.Value);
        given.TryAdd(WireFormat.VersionHeader, WireFormat.Version);
        await using var answer = await new GatewayService(test.Backend).AnswerAsync(
            operation,
            name => given.GetValueOrDefault(name),
            body,
            default
        );
        var bytes = new MemoryStream();
        await answer.WriteAsync(bytes, default);
        Assert.NotEqual(0, bytes.Length);
        var element = answer.ContentType == WireFormat.Json ? JsonDocument.Parse(bytes.ToArray()).RootElement : default;
        return (answer.Status, element, answer.Fault);
    }

    string failing = "";

    static MemoryStream Body(string text) => new(Encoding.UTF8.GetBytes(text));

    [Theory]
    [InlineData("list", "", 400)]
    [InlineData("list", "null", 400)]
    [InlineData("list", "{}", 400)]
    [InlineData("list", "[", 400)]
    [InlineData("list", "{\"account\":null}", 400)]
    [InlineData("list", "{\"account\":\"../x\"}", 400)]
    [InlineData("list", "{\"account\":\"a\"}{", 400)]
    [InlineData("list", "{\"account\":\"a\"}", 503)]
    [InlineData("fetch", "{\"account\":\"a\",\"emails\":[\"zz\"]}", 400)]
    [InlineData("read", "{\"account\":\"a\",\"email\":\"1\",\"offset\":-1,\"length\":null}", 400)]
    [InlineData("list-submissions", "{\"account\":\"a\",\"open\":null,\"after\":null,\"limit\":0}", 400)]
    [InlineData("list-submissions", "{\"account\":\"a\",\"open\":null,\"after\":null,\"limit\":201}", 400)]
    [InlineData("list-submissions", "{\"account\":\"a\",\"open\":null,\"after\":\"zz\",\"limit\":1}", 400)]
    [InlineData("show-submission", "{\"account\":\"a\",\"submission\":\"zz\"}", 400)]
    [InlineData(
        "change-submission",
        "{\"account\":\"a\",\"submission\":\"1a2057827315f66d9c09c6f93d2\",\"verb\":\"Retry\"}",
        400
    )]
    [InlineData(
        "change-submission",
        "{\"account\":\"a\",\"submission\":\"1a2057827315f66d9c09c6f93d2\",\"verb\":9}",
        400
    )]
    [InlineData("watch", "{\"account\":\"a\",\"listener\":\"../x\"}", 400)]
    [InlineData("upload", "", 400)]
    [InlineData("upload", "no frames at all", 400)]
    [InlineData(
        "store-flags",
        "{\"account\":\"a\",\"mailbox\":1,\"uids\":\"1\",\"action\":\"Add\",\"flags\":\"Seen\",\"keywords\":[null],\"unchangedSince\":null}",
        400
    )]
    [InlineData("copy", "{\"account\":\"a\",\"source\":1,\"uids\":\"1:\",\"target\":1}", 400)]
    [InlineData(
        "search",
        "{\"account\":\"a\",\"mailbox\":1,\"entries\":\"1\",\"key\":{\"$type\":\"and\",\"keys\":[null]}}",
        400
    )]
    [InlineData("search", "{\"account\":\"a\",\"mailbox\":1,\"entries\":\"1\",\"key\":{\"$type\":\"unheard\"}}", 400)]
    [InlineData("search", "{\"account\":\"a\",\"mailbox\":1,\"entries\":\"1\",\"key\":{}}", 400)]
    [InlineData(
        "check-recipient",
        "{\"from\":null,\"to\":\"nobody\",\"authenticated\":null,\"declaredSize\":0,\"client\":\"::1\"}",
        400
    )]
    [InlineData(
        "check-recipient",
        "{\"from\":null,\"to\":\"a@b\",\"authenticated\":null,\"declaredSize\":0,\"client\":\"here\"}",
        400
    )]
    [InlineData("no-such", "{}", 404)]
    [InlineData("", "{}", 404)]
    [InlineData("List", "{}", 404)]
    public async Task What_makes_no_sense_is_answered_so(string operation, string body, int status)
    {
        var answer = await AskAsync(operation, Body(body));
        Assert.Equal(status, answer.Status);
        Assert.NotEmpty(answer.Body.GetProperty("error").GetString()!);
        Assert.False(answer.Body.GetProperty("retryable").GetBoolean());
    }

    [Fact]
    public async Task A_search_nested_without_end_is_refused()
    {
        const string level = "{\"$type\":\"not\",\"key\":";
        var key = string.Concat(Enumerable.Repeat(level, 10_000)) + "{\"$type\":\"all\"}" + new string('}', 10_000);
        var answer = await AskAsync("search", Body($$"""{"account":"a","mailbox":1,"entries":"1","key":{{key}}}"""));
        Assert.Equal(400, answer.Status);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("1")]
    [InlineData("2")]
    public async Task Another_version_is_told_which_one_is_spoken(string? version)
    {
        var answer = await AskAsync("list", Body("{}"), (WireFormat.VersionHeader, version!));
        Assert.Equal((426, "version"), (answer.Status, answer.Body.GetProperty("error").GetString()));
        Assert.Contains("version 3", answer.Body.GetProperty("message").GetString());
    }

    [Fact]
    public async Task A_body_beyond_the_limit_is_not_read_on()
    {
        var endless = new Endless();
        var answer = await AskAsync("list", endless);
        Assert.Equal((413, "too-large"), (answer.Status, answer.Body.GetProperty("error").GetString()));
        Assert.InRange(endless.Octets, WireLimits.Request, 3L * WireLimits.Request);
    }

    [Fact]
    public async Task A_fault_of_the_store_is_told_and_shown_to_the_host()
    {
        failing = "query mail";
        var answer = await AskAsync("list", Body("{\"account\":\"a\"}"));
        Assert.Equal((503, "store"), (answer.Status, answer.Body.GetProperty("error").GetString()));
        Assert.True(answer.Body.GetProperty("retryable").GetBoolean());
        Assert.IsAssignableFrom<Cloud.Store.Ports.StoreException>(answer.Fault);
    }

    [Fact]
    public async Task Who_has_no_time_left_is_answered_at_once()
    {
        var answer = await AskAsync("list", new Silent(), (WireFormat.BudgetHeader, "0"));
        Assert.Equal((503, "out-of-time"), (answer.Status, answer.Body.GetProperty("error").GetString()));
    }

    [Fact]
    public void Every_operation_is_in_the_table_under_its_name()
    {
        var declared = new[] { typeof(GatewayOperations), typeof(SharingOperations) }
            .SelectMany(type => type.GetFields())
            .Select(field => field.GetValue(null))
            .OfType<Operation>()
            .ToList();
        Assert.Equal(declared.Count, GatewayOperations.Table.Count);
        Assert.All(declared, operation => Assert.Same(operation, GatewayOperations.Table[operation.Name]));
        Assert.All(declared, operation => Assert.Matches("^[a-z]+(-[a-z]+)*$", operation.Name));
        Assert.True(GatewayBudgets.Message < TimeSpan.FromSeconds(230));
    }

    /// <summary>A body that goes on and on.</summary>
    sealed class Endless : Silent
    {
        public long Octets { get; private set; }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            buffer.Span.Fill((byte)' ');
            Octets += buffer.Length;
            return new(buffer.Length);
        }
    }

    /// <summary>A body that does not come.</summary>
    class Silent : MemoryStream
    {
        public override async ValueTask<int> ReadAsync(
            Memory<byte> buffer,
            CancellationToken cancellationToken = default
        )
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return 0;
        }
    }
}
