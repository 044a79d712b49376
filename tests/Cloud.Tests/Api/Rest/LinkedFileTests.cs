using System.Net;
using Cloud.Api.Rest;
using Cloud.Tests.Dns;
using Cloud.Tests.Fakes;
using Cloud.Tests.Flow.Hooks;
using Cloud.Tests.Flow.Outbound;
using Cloud.Wire.Http;

namespace Cloud.Tests.Api.Rest;

/// <summary>Attachments by link: from servers that do as they should, and from others.</summary>
public sealed class LinkedFileTests
{
    readonly ManualClock clock = new();
    readonly ScriptedRelay relay = new();
    readonly MemoryBlobs blobs = new();

    /// <param name="isOpen">Private addresses may be asked, as in development.</param>
    async Task<(TestBackend Test, RestClient Client)> OpenAsync(bool isOpen = true, string zone = "")
    {
        var test = await TestBackend.OpenAsync(blobs: blobs, time: clock, relay: relay);
        IPNetwork[] allowed = isOpen ? [IPNetwork.Parse("127.0.0.0/8")] : [];
        var resolver = new ZoneResolver(zone);
        var handler = new GuardedConnect(resolver, allowed).Handler();
        var api = new RestApi(test.Backend, web: () => new ApiWeb(resolver, handler, allowsClear: isOpen));
        return (test, new(api, caller: Caller.Operator));
    }

    static string Letter(string url, string more = "") =>
        $$"""
            {"from":"alice@example.test","to":["bob@example.test"],"text":"see there",
             "attachments":[{"fileName":"a.txt","url":"{{url}}"{{more}}}]}
            """;

    static (int, string?, string?) Refusal(RestAnswer answer) =>
        (
            answer.Status,
            answer.Json.GetProperty("code").GetString(),
            answer.Json.GetProperty("errors")[0].GetProperty("pointer").GetString()
        );

    static async Task WorkAsync(TestBackend test)
    {
        while (await test.Backend.Sending.Worker.WorkAsync(_ => { }, default) > 0)
            continue;
    }

    [Theory]
    [InlineData("", "text/csv")]
    [InlineData(""","contentType":"application/pdf" """, "application/pdf")]
    public async Task A_file_is_fetched_and_attached(string more, string type)
    {
        await using var server = new HookReceiver
        {
            Answer = _ => HookReceiver.Say(200, "Content-Type: text/csv; charset=utf-8\r\n", "one,two"),
        };
        var (test, api) = await OpenAsync();
        var before = blobs.Count;
        var sent = await api.PostAsync("/sends", Letter(server.Url, more));
        Assert.True(sent.Status == 202, sent.Text);
        Assert.Equal(before + 1, blobs.Count); // the message alone: what was fetched is gone
        await WorkAsync(test);
        var entry = Assert.Single((await test.OpenAsync(test.BobId)).Entries);
        var part = await api.GetAsync($"/users/bob@example.test/messages/{entry.Email}/parts/2");
        Assert.Equal(("one,two", type), (part.Text, part.Header("Content-Type")));
    }

    [Fact]
    public async Task The_same_request_sends_what_it_fetched_the_first_time()
    {
        var count = 0;
        await using var server = new HookReceiver { Answer = _ => HookReceiver.Say(200, "", $"take {++count}") };
        var (_, api) = await OpenAsync();
        var first = await api.PostAsync("/sends", Letter(server.Url), ("Idempotency-Key", "k"));
        var second = await api.PostAsync("/sends", Letter(server.Url), ("Idempotency-Key", "k"));
        Assert.Equal((202, first.Text), (second.Status, second.Text));
        Assert.Equal(1, count);
    }

    [Fact]
    public async Task One_of_a_batch_that_cannot_be_fetched_keeps_back_no_other()
    {
        await using var server = new HookReceiver
        {
            Answer = request =>
                request.Path.EndsWith("good", StringComparison.Ordinal)
                    ? HookReceiver.Say(200, "", "here")
                    : HookReceiver.Say(404),
        };
        var (_, api) = await OpenAsync();
        var answer = await api.PostAsync(
            "/sends/batch",
            $$"""{"messages":[{{Letter($"{server.Url}/good")}},{{Letter($"{server.Url}/bad")}}]}"""
        );
        var results = answer.Json.GetProperty("results");
        Assert.Equal([202, 422], results.EnumerateArray().Select(one => one.GetProperty("status").GetInt32()));
        var many = string.Join(',', Enumerable.Repeat(Letter(server.Url), 51));
        Assert.Equal(422, (await api.PostAsync("/sends/batch", $$"""{"messages":[{{many}}]}""")).Status);
    }

    [Theory]
    [InlineData(301, "Location: http://127.0.0.1/\r\n", 422, "link")]
    [InlineData(404, "", 422, "link")]
    [InlineData(206, "", 422, "link")]
    [InlineData(200, "Content-Encoding: gzip\r\n", 422, "link")]
    [InlineData(429, "", 503, "link-later")]
    [InlineData(500, "", 503, "link-later")]
    public async Task What_a_server_answers_amiss_is_told_by_the_field(int said, string fields, int status, string code)
    {
        await using var server = new HookReceiver { Answer = _ => HookReceiver.Say(said, fields, "x") };
        var (_, api) = await OpenAsync();
        var answer = await api.PostAsync("/sends", Letter(server.Url));
        Assert.Equal((status, code, "#/attachments/0/url"), Refusal(answer));
        Assert.Equal(status == 503, answer.Header("Retry-After") is not null);
    }

    [Fact]
    public async Task A_server_that_never_answers_ends_the_wait_and_its_repetition_goes_on()
    {
        await using var server = new HookReceiver { Hangs = true };
        var (_, api) = await OpenAsync();
        var asking = api.PostAsync("/sends", Letter(server.Url), ("Idempotency-Key", "k"));
        await server.NextAsync();
        await clock.RunAsync(asking, TimeSpan.FromSeconds(1));
        Assert.Equal((503, "link-later", "#/attachments/0/url"), Refusal(await asking));
        server.Hangs = false;
        server.Answer = _ => HookReceiver.Say(200, "", "at last");
        var again = await api.PostAsync("/sends", Letter(server.Url), ("Idempotency-Key", "k"));
        Assert.Equal(202, again.Status);
    }

    [Fact]
    public async Task A_file_without_an_end_is_left_where_it_is_too_large()
    {
        await using var server = new HookReceiver { Drips = true, Answer = _ => "HTTP/1.1 200 Ok\r\n\r\n" };
        var (_, api) = await OpenAsync();
        var answer = await api.PostAsync("/sends", Letter(server.Url));
        Assert.Equal((422, "link", "#/attachments/0/url"), Refusal(answer));
        await using var announcing = new HookReceiver
        {
            Answer = _ => "HTTP/1.1 200 Ok\r\nContent-Length: 99999999999\r\n\r\n",
        };
        Assert.Equal(422, (await api.PostAsync("/sends", Letter(announcing.Url))).Status);
        await using var broken = new HookReceiver
        {
            Answer = _ => "HTTP/1.1 200 Ok\r\nContent-Length: 100\r\n\r\nhalf",
            Closes = true,
        };
        Assert.Equal(
            (503, "link-later", "#/attachments/0/url"),
            Refusal(await api.PostAsync("/sends", Letter(broken.Url)))
        );
    }

    [Theory]
    [InlineData("http://127.0.0.1:PORT/")]
    [InlineData("https://127.0.0.1:PORT/")]
    [InlineData("https://localhost:PORT/")]
    [InlineData("https://[::ffff:127.0.0.1]:PORT/")]
    [InlineData("https://2130706433:PORT/")]
    [InlineData("https://169.254.169.254/latest/meta-data")]
    [InlineData("https://inside.test:PORT/")]
    [InlineData("https://user:secret@inside.test:PORT/")]
    [InlineData("file:///etc/passwd")]
    [InlineData("nowhere")]
    public async Task Nobody_is_led_to_a_private_address(string url)
    {
        await using var server = new HookReceiver();
        var (_, api) = await OpenAsync(isOpen: false, zone: "inside.test 300 A 127.0.0.1");
        var answer = await api.PostAsync("/sends", Letter(url.Replace("PORT", $"{server.Port}")));
        Assert.Equal((422, "link", "#/attachments/0/url"), Refusal(answer));
        Assert.Equal(0, server.Connections);
    }

    [Fact]
    public async Task A_server_that_asks_nobody_follows_no_link()
    {
        var test = await TestBackend.OpenAsync(time: clock);
        var api = new RestClient(new RestApi(test.Backend), caller: Caller.Operator);
        Assert.Equal(
            (422, "link", "#/attachments/0/url"),
            Refusal(await api.PostAsync("/sends", Letter("https://a.test/")))
        );
        var both = Letter("https://a.test/", ""","content":"AAEC" """);
        Assert.Equal(422, (await api.PostAsync("/sends", both)).Status);
    }

    [Theory]
    [InlineData("files.test SERVFAIL", 503, "link-later")]
    [InlineData("files.test SERVFAIL A", 503, "link-later")]
    [InlineData("files.test TIMEOUT AAAA", 503, "link-later")]
    [InlineData("", 422, "link")]
    [InlineData("files.test MX 10 mail.test", 422, "link")]
    public async Task A_name_that_nobody_can_look_up_now_is_no_mistake_of_the_asker(
        string zone,
        int status,
        string code
    )
    {
        var (_, api) = await OpenAsync(isOpen: false, zone);
        var answer = await api.PostAsync("/sends", Letter("https://files.test/"));
        Assert.Equal((status, code, "#/attachments/0/url"), Refusal(answer));
    }

    [Fact]
    public async Task Servers_that_hang_keep_files_of_other_keys_from_nobody()
    {
        await using var hanging = new HookReceiver { Hangs = true };
        await using var server = new HookReceiver { Answer = _ => HookReceiver.Say(200, "", "here") };
        var (test, _) = await OpenAsync();
        var handler = new GuardedConnect(new ZoneResolver(), [IPNetwork.Parse("127.0.0.0/8")]).Handler();
        var api = new RestApi(test.Backend, web: () => new ApiWeb(new ZoneResolver(), handler, allowsClear: true));
        var slow = new RestClient(api, caller: new("k", "", ApiScope.Admin));
        var other = new RestClient(api, caller: new("l", "", ApiScope.Admin));
        var asking = Enumerable.Range(0, 8).Select(_ => slow.PostAsync("/sends", Letter(hanging.Url))).ToList();
        await hanging.NextAsync();
        await hanging.NextAsync();
        Assert.Equal(202, (await other.PostAsync("/sends", Letter(server.Url))).Status);
        Assert.Equal(2, hanging.Connections);
        await clock.RunAsync(Task.WhenAll(asking), TimeSpan.FromSeconds(1));
        Assert.All(asking, one => Assert.Equal(503, one.Result.Status));
    }

    [Fact]
    public async Task All_messages_of_a_batch_have_one_time_for_their_links()
    {
        await using var server = new HookReceiver { Hangs = true };
        var (_, api) = await OpenAsync();
        var many = string.Join(',', Enumerable.Repeat(Letter(server.Url), 7));
        var asking = api.PostAsync("/sends/batch", $$"""{"messages":[{{many}}]}""");
        await server.NextAsync();
        await clock.RunAsync(asking, TimeSpan.FromSeconds(1));
        var results = (await asking).Json.GetProperty("results").EnumerateArray().ToList();
        Assert.All(results, one => Assert.Equal(503, one.GetProperty("status").GetInt32()));
        Assert.InRange(server.Connections, 1, 5); // of 30 s each in two minutes
    }
}
