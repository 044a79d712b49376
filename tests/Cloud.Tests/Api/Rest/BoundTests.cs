using System.Net;
using System.Text;
using Cloud.Api.Rest;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Api.Rest;

/// <summary>How much may be asked for at once, and brought on a day.</summary>
public sealed class BoundTests
{
    const string Letter = """{"from":"alice@example.test","to":["joe@elsewhere.test"],"text":"hi"}""";

    readonly ManualClock clock = new();

    static Caller Key(string id, string? mailbox = null) => new(id, "", ApiScope.Send, "example.test", mailbox);

    [Fact]
    public async Task Large_bodies_wait_for_each_other_and_small_ones_for_nobody()
    {
        var test = await TestBackend.OpenAsync(time: clock);
        var api = new RestApi(test.Backend, options: new() { LargeBodies = 1 });
        var held = new HeldBody(Large);
        var first = AskAsync(api, held, Key("k"));
        await held.IsAsked;
        var small = await AskAsync(api, new MemoryStream(Encoding.UTF8.GetBytes(Letter)), Key("k"));
        Assert.Equal(202, small.Status);
        var second = AskAsync(api, new MemoryStream(Large), Key("l"));
        await clock.RunAsync(second, TimeSpan.FromSeconds(1));
        var refused = await second;
        Assert.Equal((503, "2"), (refused.Status, refused.Header("Retry-After")));
        held.Release();
        Assert.Equal(202, (await first).Status);
        Assert.Equal(202, (await AskAsync(api, new MemoryStream(Large), Key("l"))).Status);
    }

    [Fact]
    public async Task Slow_requests_of_a_key_keep_no_other_key_waiting()
    {
        var test = await TestBackend.OpenAsync(time: clock);
        var api = new RestApi(test.Backend, options: new() { LargeBodies = 2 });
        var held = new HeldBody(Large);
        var slow = AskAsync(api, held, Key("k"));
        await held.IsAsked;
        var more = AskAsync(api, new MemoryStream(Large), Key("k")); // waits for its own key
        Assert.Equal(202, (await AskAsync(api, new MemoryStream(Large), Key("l"))).Status);
        Assert.False(more.IsCompleted);
        held.Release();
        Assert.Equal((202, 202), ((await slow).Status, (await more).Status));
    }

    [Fact]
    public async Task A_large_body_that_does_not_come_gives_its_turn_back()
    {
        var test = await TestBackend.OpenAsync(time: clock);
        var api = new RestApi(test.Backend, options: new() { LargeBodies = 1 });
        var held = new HeldBody(Large);
        var slow = AskAsync(api, held, Key("k"));
        await held.IsAsked;
        await clock.RunAsync(slow, TimeSpan.FromSeconds(1));
        Assert.Equal(408, (await slow).Status);
        Assert.Equal(202, (await AskAsync(api, new MemoryStream(Large), Key("k"))).Status);
    }

    /// <summary>Over 256 KiB, as JSON may have spaces.</summary>
    static byte[] Large => Encoding.UTF8.GetBytes(Letter + new string(' ', 300 * 1024));

    static Task<ApiAnswer> AskAsync(RestApi api, Stream body, Caller caller)
    {
        var request = new ApiRequest("POST", $"{RestApi.Prefix}/sends", _ => null, body, IPAddress.Loopback);
        return api.AnswerAsync(request, caller, default).AsTask();
    }

    [Fact]
    public async Task A_key_uploads_so_much_on_a_day()
    {
        var test = await TestBackend.OpenAsync(time: clock);
        var api = new RestApi(test.Backend, options: new() { UploadsPerDay = 1000 });
        var client = new RestClient(api, caller: Key("k"));
        var first = await UploadAsync(client, 600);
        Assert.Equal(201, first.Status);
        Assert.Equal("\"uploads\";q=1000;qu=\"content-bytes\";w=86400", first.Header("RateLimit-Policy"));
        Assert.StartsWith("\"uploads\";r=400;t=", first.Header("RateLimit"));
        Assert.Equal((413, "too-large"), Refusal(await UploadAsync(client, 401)));
        Assert.Equal(201, (await UploadAsync(client, 400)).Status);
        var over = await UploadAsync(client, 1);
        Assert.Equal((429, "uploads-per-day"), Refusal(over));
        Assert.Equal($"{Midnight()}", over.Header("Retry-After"));
        Assert.StartsWith("\"uploads\";r=0;", over.Header("RateLimit"));
        Assert.Equal(201, (await UploadAsync(new(api, caller: Key("l")), 1)).Status);
        clock.Advance(TimeSpan.FromSeconds(Midnight()));
        Assert.Equal(201, (await UploadAsync(client, 1000)).Status);

        long Midnight() => 86400 - clock.GetUtcNow().ToUnixTimeSeconds() % 86400;
    }

    [Fact]
    public async Task So_much_lies_here_for_one_domain_whichever_key_brought_it()
    {
        var test = await TestBackend.OpenAsync(time: clock);
        var api = new RestApi(test.Backend, options: new() { UploadsKept = 1000 });
        Assert.Equal(201, (await UploadAsync(new(api, caller: Key("k")), 600)).Status);
        Assert.Equal((413, "too-large"), Refusal(await UploadAsync(new(api, caller: Key("l")), 500)));
        Assert.Equal(201, (await UploadAsync(new(api, caller: Key("l")), 400)).Status);
        var full = await UploadAsync(new(api, caller: Key("m")), 1);
        Assert.Equal((429, "uploads-kept"), Refusal(full));
        Assert.NotNull(full.Header("Retry-After"));
        var other = new RestClient(api, caller: Key("n", TestBackend.Alice));
        Assert.Equal(201, (await UploadAsync(other, 1000)).Status);
        clock.Advance(TimeSpan.FromHours(25));
        Assert.Equal(201, (await UploadAsync(new(api, caller: Key("m")), 1000)).Status);
    }

    [Fact]
    public async Task Uploads_at_the_same_moment_are_counted_together()
    {
        var test = await TestBackend.OpenAsync(time: clock);
        var api = new RestApi(test.Backend, options: new() { UploadsPerDay = 1000 });
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => Task.Run(() => UploadAsync(new(api, caller: Key("k")), 300)))
        );
        Assert.InRange(answers.Count(answer => answer.Status == 201), 0, 3);
        Assert.All(answers, answer => Assert.Contains(answer.Status, new[] { 201, 413, 429 }));
    }

    static Task<RestAnswer> UploadAsync(RestClient client, int octets) =>
        client.SendBytesAsync("POST", "/uploads", new byte[octets], ("Content-Type", "application/octet-stream"));

    static (int, string?) Refusal(RestAnswer answer) => (answer.Status, answer.Json.GetProperty("code").GetString());

    /// <summary>A body whose last octets do not come before they are let.</summary>
    sealed class HeldBody(byte[] octets) : Stream
    {
        readonly TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        readonly TaskCompletionSource released = new(TaskCreationOptions.RunContinuationsAsynchronously);
        readonly MemoryStream content = new(octets);

        const int Held = 1000;

        long Left => content.Length - content.Position - Held;

        public Task IsAsked => asked.Task;

        public void Release() => released.TrySetResult();

        public override async ValueTask<int> ReadAsync(
            Memory<byte> buffer,
            CancellationToken cancellationToken = default
        )
        {
            if (content.Length - content.Position > Held)
                return await content.ReadAsync(buffer[..(int)Math.Min(buffer.Length, Left)], cancellationToken);
            asked.TrySetResult();
            await released.Task.WaitAsync(cancellationToken);
            return await content.ReadAsync(buffer, cancellationToken);
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }

    [Theory]
    [InlineData("complete")]
    [InlineData("write")]
    public async Task What_was_not_kept_is_not_counted(string fault)
    {
        var faults = new Faults();
        var test = await TestBackend.OpenAsync(blobs: new FaultyBlobs(new MemoryBlobs(), faults), time: clock);
        var api = new RestApi(test.Backend, options: new() { UploadsPerDay = 1000, UploadsKept = 1000 });
        var client = new RestClient(api, caller: Key("k"));
        faults.Fail(fault);
        Assert.Equal(503, (await UploadAsync(client, 800)).Status);
        faults.Heal();
        Assert.Equal(201, (await UploadAsync(client, 1000)).Status);
    }
}
