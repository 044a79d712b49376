using System.Net;
using System.Text;
using Cloud.Api.Rest;
using Cloud.Tests.Fakes;
using Cloud.Tests.Flow.Outbound;
using Cloud.Wire.Limits;

namespace Cloud.Tests.Api.Rest;

/// <summary>What tenants must not learn: of the operator's relay, and of who had their domain before.</summary>
public sealed class TenantSafetyTests
{
    const string Letter = """{"from":"ada@acme.example","to":["joe@elsewhere.test"],"text":"hi","subject":"secret"}""";

    static readonly Caller Acme = new("k", "acme", ApiScope.Admin);
    static readonly Caller Other = new("l", "other", ApiScope.Admin);

    readonly ManualClock clock = new();
    readonly ScriptedRelay relay = new();

    async Task<(TestBackend Test, RestApi Api)> OpenAsync()
    {
        var test = await TestBackend.OpenAsync(time: clock, relay: relay);
        var api = new RestApi(test.Backend);
        await MoveAsync(api, "acme");
        await test.Admin.AddUserAsync("ada@acme.example", "a good secret", default);
        return (test, api);
    }

    static async Task MoveAsync(RestApi api, string tenant)
    {
        var maker = new RestClient(api, caller: Caller.Operator);
        var made = await maker.PostAsync("/domains", $$"""{"name":"acme.example","tenant":"{{tenant}}"}""");
        Assert.Equal(201, made.Status);
    }

    static async Task WorkAsync(TestBackend test)
    {
        while (await test.Backend.Sending.Worker.WorkAsync(_ => { }, default) > 0)
            continue;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_the_operators_relay_said_is_the_operators_to_know(bool bySmarthost)
    {
        var (test, api) = await OpenAsync();
        relay.BySmarthost = bySmarthost;
        relay.Answer = ScriptedRelay.Refuse;
        var acme = new RestClient(api, caller: Acme);
        var sent = await acme.PostAsync("/sends", Letter);
        var id = sent.Json.GetProperty("id").GetString();
        await WorkAsync(test);

        var send = await acme.GetAsync($"/sends/{id}");
        var to = send.Json.GetProperty("to")[0];
        Assert.Equal(("failed", "5.1.1"), (to.GetProperty("status").GetString(), to.GetProperty("code").GetString()));
        var texts = new[]
        {
            send.Text,
            (await acme.GetAsync($"/queue/{id}")).Text,
            (await acme.GetAsync($"/trace/{id}")).Text,
        };
        foreach (var text in texts)
            Assert.Equal(!bySmarthost, text.Contains("No such user", StringComparison.Ordinal));
        foreach (var text in new[] { texts[0], texts[2] })
            Assert.Equal(!bySmarthost, text.Contains("mx.there.test", StringComparison.Ordinal));
        var whole = new RestClient(api, caller: Caller.Operator);
        foreach (var path in new[] { $"/sends/{id}", $"/queue/{id}", $"/trace/{id}" })
            Assert.Contains("No such user", (await whole.GetAsync(path)).Text);
    }

    [Fact]
    public async Task Who_gets_a_domain_gets_nothing_of_who_had_it()
    {
        var (test, api) = await OpenAsync();
        var id = (await new RestClient(api, caller: Acme).PostAsync("/sends", Letter))
            .Json.GetProperty("id")
            .GetString();
        await WorkAsync(test);
        clock.Advance(TimeSpan.FromHours(1));
        await test.Admin.RemoveUserAsync("ada@acme.example", default);
        await test.Admin.RemoveDomainAsync("acme.example", default);
        await MoveAsync(api, "other");
        await test.Admin.AddUserAsync("ada@acme.example", "a good secret", default);

        var other = new RestClient(api, caller: Other);
        var domain = new RestClient(api, caller: Other with { Domain = "acme.example" });
        foreach (var client in new[] { other, domain })
        {
            foreach (var path in new[] { $"/sends/{id}", $"/queue/{id}", $"/trace/{id}" })
                Assert.Equal(404, (await client.GetAsync(path)).Status);
            foreach (
                var path in new[]
                {
                    "/sends",
                    "/queue?state=all",
                    "/trace?address=joe%40elsewhere.test",
                    "/trace?address=ada%40acme.example",
                }
            )
                Assert.Equal("""{"items":[],"next":null}""", (await client.GetAsync(path)).Text);
            var usage = (await client.GetAsync("/usage")).Json.GetProperty("domains")[0];
            Assert.Equal(0, usage.GetProperty("sent").GetInt32());
        }
        Assert.Contains("secret", (await new RestClient(api, caller: Caller.Operator).GetAsync($"/sends/{id}")).Text);
        await other.PostAsync("/sends", Letter);
        Assert.Single((await other.GetAsync("/sends")).Json.GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task A_raw_message_under_a_key_that_came_with_other_octets_is_refused()
    {
        var (test, api) = await OpenAsync();
        var acme = new RestClient(api, caller: Acme);
        Task<RestAnswer> SendAsync(string body, string key = "k") =>
            acme.SendBytesAsync(
                "POST",
                "/sends/raw",
                Encoding.UTF8.GetBytes($"From: ada@acme.example\r\nTo: joe@elsewhere.test\r\n\r\n{body}\r\n"),
                ("Content-Type", "message/rfc822"),
                ("Idempotency-Key", key)
            );
        var sent = await SendAsync("one");
        var again = await SendAsync("one");
        Assert.Equal((202, 202, sent.Text), (sent.Status, again.Status, again.Text));
        Assert.Equal("true", again.Header("Idempotency-Replayed"));
        var other = await SendAsync("two");
        Assert.Equal((422, "key-reused"), (other.Status, other.Json.GetProperty("code").GetString()));
        Assert.Equal(sent.Text, (await SendAsync("one")).Text);
        Assert.Equal(202, (await SendAsync("two", "other")).Status);
        await WorkAsync(test);
        Assert.Equal(2, relay.Taken.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_raw_message_that_met_a_fault_is_finished_by_the_same_octets_alone(bool isAccepted)
    {
        var faults = new Faults();
        var test = await TestBackend.OpenAsync(
            rows: new FaultyRows(new MemoryRows(), faults),
            time: clock,
            relay: relay
        );
        var api = new RestClient(new RestApi(test.Backend), caller: Caller.Operator);
        Task<RestAnswer> SendAsync(string body) =>
            api.SendBytesAsync(
                "POST",
                "/sends/raw",
                Encoding.UTF8.GetBytes($"From: alice@example.test\r\nTo: joe@elsewhere.test\r\n\r\n{body}\r\n"),
                ("Content-Type", "message/rfc822"),
                ("Idempotency-Key", "k")
            );
        faults.AfterDoing = isAccepted;
        faults.Fail("commit outbox");
        Assert.Equal(503, (await SendAsync("one")).Status);
        faults.Heal();
        Assert.Equal(422, (await SendAsync("two")).Status);
        Assert.Equal(202, (await SendAsync("one")).Status);
        await WorkAsync(test);
        Assert.Single(relay.Taken);
    }

    [Fact]
    public async Task Who_has_no_key_is_slowed_by_the_address()
    {
        var (_, api) = await OpenAsync();
        var here = new RestClient(api) { Address = IPAddress.Parse("192.0.2.7") };
        var first = await here.GetAsync("/openapi.json");
        Assert.Equal((200, "\"address\";q=600;w=60"), (first.Status, first.Header("RateLimit-Policy")));
        for (var i = 1; i < 600; i++)
            await here.GetAsync("/links/none");
        foreach (var path in new[] { "/openapi.json", "/links/none" })
        {
            var slowed = await here.GetAsync(path);
            Assert.Equal(429, slowed.Status);
            Assert.NotNull(slowed.Header("Retry-After"));
        }
        var there = new RestClient(api) { Address = IPAddress.Parse("192.0.2.8") };
        Assert.Equal(200, (await there.GetAsync("/openapi.json")).Status);
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(200, (await here.GetAsync("/openapi.json")).Status);
    }

    [Theory]
    [InlineData("192.0.2.1", "203.0.113.9", "192.0.2.1")] // no proxy of ours: anybody may write that
    [InlineData("10.0.0.1", null, "10.0.0.1")]
    [InlineData("10.0.0.1", "203.0.113.9", "203.0.113.9")]
    [InlineData("10.0.0.1", "198.51.100.1, 203.0.113.9:4711", "203.0.113.9")]
    [InlineData("10.0.0.1", "198.51.100.1,203.0.113.9, 10.0.0.2", "203.0.113.9")]
    [InlineData("::ffff:10.0.0.1", "[2001:db8::7]:443", "2001:db8::7")]
    [InlineData("10.0.0.1", "203.0.113.9, unknown", "10.0.0.1")]
    [InlineData("10.0.0.1", "", "10.0.0.1")]
    public async Task A_client_behind_our_proxies_is_whom_they_name(string peer, string? header, string client)
    {
        var test = await TestBackend.OpenAsync();
        var proxies = NetworkList.TryParse(["10.0.0.0/8"], out _)!;
        var api = new RestApi(test.Backend, options: new() { Proxies = proxies });
        Assert.Equal(IPAddress.Parse(client), api.ClientOf(IPAddress.Parse(peer), header));
        Assert.Equal(IPAddress.Parse(peer), new RestApi(test.Backend).ClientOf(IPAddress.Parse(peer), header));
    }

    [Theory]
    [InlineData(ApiSettings.Proxies, "10.0.0.0/33")]
    [InlineData(ApiSettings.UploadsPerDay, "-1")]
    [InlineData(ApiSettings.UploadsKept, "many")]
    public void A_setting_that_cannot_be_is_named(string name, string text)
    {
        var faults = new List<string>();
        ApiSettings.Read(asked => asked == name ? [text] : [], faults);
        Assert.StartsWith($"{name}: ", Assert.Single(faults));
    }

    [Theory]
    [InlineData("From: ads@acme.example", 422)]
    [InlineData("From: alice@example.test\r\nSender: ads@acme.example", 422)]
    [InlineData("From: alice@example.test, ads@acme.example\r\nSender: alice@example.test", 422)]
    [InlineData("From: alice@example.test", 202)]
    public async Task A_raw_message_bears_no_author_that_its_key_is_not_for(string fields, int status)
    {
        var (test, api) = await OpenAsync();
        await test.Admin.GrantAsync(TestBackend.Alice, "*@acme.example", default);
        var raw = Encoding.UTF8.GetBytes($"{fields}\r\nTo: joe@elsewhere.test\r\n\r\nhi\r\n");
        Task<RestAnswer> SendAsync(Caller caller) =>
            new RestClient(api, caller: caller).SendBytesAsync(
                "POST",
                "/sends/raw?from=alice%40example.test",
                raw,
                ("Content-Type", "message/rfc822")
            );
        Caller[] bound =
        [
            new("k", null, ApiScope.Send, Domain: "example.test"),
            new("k", null, ApiScope.Send, Mailbox: TestBackend.Alice),
        ];
        foreach (var caller in bound)
            Assert.Equal(status, (await SendAsync(caller)).Status);
        Assert.Equal(202, (await SendAsync(Caller.Operator)).Status);
    }
}
