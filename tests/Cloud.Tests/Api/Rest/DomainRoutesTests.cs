using System.Text.Json;
using Cloud.Api.Gateway;
using Cloud.Api.Rest;
using Cloud.Flow.Outbound.Reports;
using Cloud.Store.Ports;
using Cloud.Tests.Dns;
using Cloud.Tests.Fakes;
using Cloud.Wire.Http;

namespace Cloud.Tests.Api.Rest;

/// <summary>What domains need of DNS, sign with and hear of; and what users may ask of themselves.</summary>
public sealed class DomainRoutesTests
{
    readonly ManualClock clock = new();

    async Task<RestClient> OpenAsync(ZoneResolver? resolver = null, Caller? caller = null)
    {
        Assert.True(KeyEncryptionKey.TryFromSecret(new string('k', 40), out var encryption));
        var backend = new Backend(
            new MemoryRows(),
            new MemoryBlobs(),
            new MemoryQueues(clock),
            clock,
            new SeededEntropy(1),
            new() { SoleOwner = true },
            encryption
        );
        var asks = resolver is null ? null : new ApiWeb(resolver, new GuardedConnect(resolver).Handler());
        var api = new RestApi(backend, web: asks is null ? null : () => asks);
        var maker = new RestClient(api, caller: Caller.Operator);
        Assert.Equal(201, (await maker.PostAsync("/domains", """{"name":"example.org"}""")).Status);
        return caller is null ? maker : new(api, caller: caller);
    }

    static IEnumerable<JsonElement> Items(RestAnswer answer)
    {
        Assert.True(answer.Status == 200, answer.Text);
        return answer.Json.GetProperty("items").EnumerateArray();
    }

    static string Text(JsonElement item, string name) => item.GetProperty(name).GetString()!;

    [Fact]
    public async Task The_records_of_a_domain_are_told_and_looked_up()
    {
        var zone = new ZoneResolver(
            """
            example.org 300 MX 10 mail.example.org
            example.org 300 TXT "v=spf1 mx -all"
            """
        );
        var api = await OpenAsync(zone);
        const string plan = "host=mail.example.org&ipv4=192.0.2.25&spfInclude=relay.test&spfSoftFail=true&mtaSts=none";
        var records = Items(await api.GetAsync($"/domains/example.org/dns?{plan}")).ToList();
        Assert.Contains(records, one => Text(one, "type") == "A" && Text(one, "data") == "192.0.2.25");
        Assert.Contains(records, one => Text(one, "data").Contains("include:relay.test ~all"));
        Assert.Equal(2, records.Count(one => Text(one, "name").EndsWith("._domainkey.example.org.")));

        var found = Items(await api.GetAsync($"/domains/example.org/dns/check?{plan}")).ToList();
        Assert.Equal(records.Count, found.Count);
        string StateOf(string type) =>
            Text(found.First(one => Text(one.GetProperty("record"), "type") == type), "state");
        Assert.Equal(("There", "Differs", "Missing"), (StateOf("MX"), StateOf("TXT"), StateOf("A")));

        foreach (var wrong in new[] { "host=%20", "ipv4=x", "ipv6=192.0.2.1", "mtaSts=perhaps", "spfInclude=a..b" })
            Assert.Equal(400, (await api.GetAsync($"/domains/example.org/dns?{wrong}")).Status);
        Assert.Equal(404, (await api.GetAsync("/domains/none.example/dns")).Status);
        var silent = await OpenAsync();
        Assert.Equal(409, (await silent.GetAsync("/domains/example.org/dns/check")).Status);
    }

    [Fact]
    public async Task Keys_are_made_published_activated_and_retired()
    {
        var zone = new ZoneResolver();
        var api = await OpenAsync(zone);
        const string path = "/domains/example.org/dkim";
        var first = Assert.Single(Items(await api.GetAsync(path)));
        Assert.Equal("Active", Text(first, "state"));
        var next = await api.PostAsync(path, null);
        Assert.Equal((200, "Upcoming"), (next.Status, Text(next.Json, "state")));
        Assert.Equal(next.Text, (await api.PostAsync(path, null)).Text);
        var activate = $"{path}/{Text(next.Json, "name")}/activate";
        var early = await api.PostAsync(activate, null);
        Assert.Equal((409, "not-published"), (early.Status, Text(early.Json, "code")));
        foreach (var record in next.Json.GetProperty("records").EnumerateArray())
            zone.Add($"{Text(record, "name").TrimEnd('.')} 300 TXT {Text(record, "data")}");
        var states = Items(await api.PostAsync(activate, null)).Select(one => Text(one, "state"));
        Assert.Equal(["Retired", "Active"], states);
        Assert.Equal(404, (await api.PostAsync(activate, null)).Status);
        Assert.Equal(404, (await api.PostAsync($"{path}/{Text(first, "name")}/activate", null)).Status);

        var later = await api.PostAsync(path, null);
        var done = await api.PostAsync($"{path}/{Text(later.Json, "name")}/activate?unchecked=true", null);
        Assert.Equal(200, done.Status);
    }

    [Fact]
    public async Task Without_the_key_of_keys_none_are_made()
    {
        var test = await TestBackend.OpenAsync();
        var api = new RestClient(new RestApi(test.Backend), caller: Caller.Operator);
        Assert.Empty(Items(await api.GetAsync("/domains/example.test/dkim")));
        Assert.Equal(409, (await api.PostAsync("/domains/example.test/dkim", null)).Status);
    }

    [Fact]
    public async Task Reports_are_paged_and_those_of_an_earlier_owner_are_not_told()
    {
        var rows = new MemoryRows();
        var test = await TestBackend.OpenAsync(rows, time: clock);
        var api = new RestApi(test.Backend);
        var maker = new RestClient(api, caller: Caller.Operator);
        await AddAsync(-3);
        clock.Advance(TimeSpan.FromDays(1));
        await maker.PostAsync("/domains", """{"name":"acme.example","tenant":"acme"}""");
        clock.Advance(TimeSpan.FromDays(3));
        await AddAsync(-2);
        await AddAsync(-1);
        var acme = new RestClient(api, caller: new("k", "acme", ApiScope.Admin));
        const string path = "/domains/acme.example/reports";
        Assert.Equal(["r-2", "r-1"], Items(await acme.GetAsync(path)).Select(one => Text(one, "reportId")));
        Assert.Equal(3, Items(await maker.GetAsync(path)).Count());
        var page = await acme.GetAsync($"{path}?limit=1");
        var rest = await acme.GetAsync($"{path}?limit=1&after={Text(page.Json, "next")}");
        Assert.Equal("r-1", Text(Assert.Single(Items(rest)), "reportId"));
        Assert.Equal(400, (await acme.GetAsync($"{path}?days=0")).Status);
        var other = new RestClient(api, caller: new("l", "other", ApiScope.Admin));
        Assert.Equal(404, (await other.GetAsync(path)).Status);

        async Task AddAsync(int day)
        {
            var begin = clock.GetUtcNow().AddDays(day);
            var report = new ReportSummary(
                ReportSummary.Dmarc,
                "acme.example",
                "receiver",
                "receiver.test",
                true,
                $"r{day}",
                begin,
                begin.AddDays(1),
                1,
                0,
                0,
                0,
                [],
                []
            );
            var range = ReceivedReports.RangeOf("acme.example", DateOnly.FromDateTime(begin.UtcDateTime));
            var row = new RowData { { "Report", JsonSerializer.SerializeToUtf8Bytes(report) } };
            var transaction = new RowTransaction(range.Partition).Insert(report.RowName(), row);
            await rows.CommitAsync(ReceivedReports.Table, transaction, default);
        }
    }

    [Fact]
    public async Task A_user_asks_for_its_own_usage_cost_and_count()
    {
        var test = await TestBackend.OpenAsync(time: clock);
        var api = new RestApi(test.Backend);
        await test.AppendAsync(test.AliceId, "INBOX", "Subject: 1\r\n\r\n");
        await test.AppendAsync(test.BobId, "INBOX", "Subject: 1\r\n\r\n");
        await test.AppendAsync(test.BobId, "INBOX", "Subject: 2\r\n\r\n");
        await test.SubmitAsync("From: bob@example.test\r\n\r\nhi\r\n", "bob@example.test", "joe@elsewhere.test");
        await new RestClient(api, caller: Caller.Operator).PostAsync(
            "/domains",
            """{"name":"acme.example","tenant":"acme"}"""
        );
        var alice = new RestClient(
            api,
            caller: new("k", "", ApiScope.Read, Domain: "example.test", Mailbox: TestBackend.Alice)
        );
        var usage = Assert.Single((await alice.GetAsync("/usage")).Json.GetProperty("domains").EnumerateArray());
        Assert.Equal(
            ("example.test", 1, 1, 0),
            (
                Text(usage, "domain"),
                usage.GetProperty("users").GetInt32(),
                usage.GetProperty("messages").GetInt32(),
                usage.GetProperty("sent").GetInt32()
            )
        );
        var cost = (await alice.GetAsync("/cost")).Json;
        Assert.Equal("example.test", Text(Assert.Single(cost.GetProperty("domains").EnumerateArray()), "domain"));
        Assert.Equal(2, cost.GetProperty("prices").GetArrayLength());
        var stats = (await alice.GetAsync("/stats")).Json;
        Assert.Equal(
            (1, 1, JsonValueKind.Null),
            (
                stats.GetProperty("users").GetInt32(),
                stats.GetProperty("messages").GetInt32(),
                stats.GetProperty("inboundWaiting").ValueKind
            )
        );
        var acme = new RestClient(api, caller: new("l", "acme", ApiScope.Admin));
        var theirs = (await acme.GetAsync("/stats")).Json;
        Assert.Equal((1, 0), (theirs.GetProperty("domains").GetInt32(), theirs.GetProperty("users").GetInt32()));
        var all = (await new RestClient(api, caller: Caller.Operator).GetAsync("/stats")).Json;
        Assert.Equal((2, 3), (all.GetProperty("domains").GetInt32(), all.GetProperty("messages").GetInt32()));
    }

    [Fact]
    public async Task What_webhooks_are_sent_is_described_to_everybody()
    {
        var test = await TestBackend.OpenAsync();
        var answer = await new RestClient(new RestApi(test.Backend)).GetAsync("/webhooks.schema.json");
        Assert.Equal((200, "application/schema+json"), (answer.Status, answer.Header("Content-Type")));
        Assert.StartsWith("https://json-schema.org/", Text(answer.Json, "$schema"));
    }

    [Fact]
    public async Task A_proof_counts_once_the_record_is_there()
    {
        const string path = "/domains/example.org/verification";
        var zone = new ZoneResolver("_cloud-verification.example.org SERVFAIL");
        Assert.Equal(503, (await (await OpenAsync(zone)).SendAsync("PUT", path, null)).Status);
        zone = new ZoneResolver();
        var api = await OpenAsync(zone);
        var proof = (await api.PostAsync(path, null)).Json;
        var early = await api.SendAsync("PUT", path, null);
        Assert.Equal((409, "not-published"), (early.Status, early.Json.GetProperty("code").GetString()));
        zone.Add($"{Text(proof, "name")} 300 TXT \"{Text(proof, "text")}\"");
        var seen = await api.SendAsync("PUT", path, null);
        Assert.Equal(clock.GetUtcNow(), seen.Json.GetProperty("verifiedAt").GetDateTimeOffset());
    }
}
