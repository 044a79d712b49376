using System.Net;
using Cloud.Api.Rest;
using Cloud.Store.Counting;
using Cloud.Store.Directory;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Api.Rest;

public sealed class KeyTests
{
    readonly ManualClock clock = new();
    readonly MemoryRows memory = new();

    async Task<(RestApi Api, RestClient Operator)> OpenAsync()
    {
        var test = await TestBackend.OpenAsync(memory, time: clock);
        var api = new RestApi(test.Backend);
        return (api, new(api, caller: Caller.Operator));
    }

    static async Task<(string Id, string Key)> MakeAsync(RestClient maker, string json)
    {
        var made = await maker.PostAsync("/keys", json);
        Assert.True(made.Status == 201, made.Text);
        return (made.Json.GetProperty("id").GetString()!, made.Json.GetProperty("key").GetString()!);
    }

    [Fact]
    public async Task A_secret_is_kept_nowhere()
    {
        var (_, maker) = await OpenAsync();
        var (id, key) = await MakeAsync(maker, """{"name":"k","scopes":["admin"]}""");
        var row = await memory.GetAsync("directory", new(DirectoryRows.Partition, DirectoryRows.ApiKey(id)), default);
        Assert.NotNull(row);
        var secret = key[(key.LastIndexOf(id, StringComparison.Ordinal) + id.Length + 1)..];
        Assert.Equal(43, secret.Length);
        Assert.DoesNotContain(row.Data, pair => pair.Value is string text && text.Contains(secret));
        Assert.DoesNotContain(secret, (await maker.GetAsync($"/keys/{id}")).Text);
    }

    [Fact]
    public async Task A_use_is_noted_once_an_hour()
    {
        var (api, maker) = await OpenAsync();
        var (id, key) = await MakeAsync(maker, """{"name":"k","scopes":["admin"]}""");
        async Task<DateTimeOffset?> LastAsync()
        {
            var last = (await maker.GetAsync($"/keys/{id}")).Json.GetProperty("lastUsedAt");
            return last.ValueKind == System.Text.Json.JsonValueKind.Null ? null : last.GetDateTimeOffset();
        }
        Assert.Null(await LastAsync());
        var client = new RestClient(api, key);
        var first = clock.GetUtcNow();
        await client.GetAsync("/domains");
        Assert.Equal(first, await LastAsync());
        clock.Advance(TimeSpan.FromMinutes(59));
        await client.GetAsync("/domains");
        Assert.Equal(first, await LastAsync());
        clock.Advance(TimeSpan.FromMinutes(2));
        await client.GetAsync("/domains");
        Assert.Equal(clock.GetUtcNow(), await LastAsync());
    }

    [Fact]
    public async Task A_request_costs_no_storage_for_its_key()
    {
        var rows = new CountingRows(memory);
        var test = await TestBackend.OpenAsync(rows, time: clock);
        var api = new RestApi(test.Backend);
        var (_, key) = await MakeAsync(new(api, caller: Caller.Operator), """{"name":"k","scopes":["admin"]}""");
        var client = new RestClient(api, key);
        await client.GetAsync("/openapi.json");
        var (reads, writes) = (rows.Reads, rows.Commits);
        await client.GetAsync("/openapi.json");
        Assert.Equal((reads, writes), (rows.Reads, rows.Commits));
    }

    [Theory]
    [InlineData("""{"name":"k","scopes":["admin"],"tenant":"other"}""", "#/tenant")]
    [InlineData("""{"name":"k","scopes":["admin"],"domain":"example.test"}""", "#/domain")]
    [InlineData("""{"name":"k","scopes":["admin"],"mailbox":"alice@example.test"}""", "#/mailbox")]
    [InlineData("""{"name":"k","scopes":["root"]}""", "#/scopes/0")]
    [InlineData("""{"name":"k","scopes":[]}""", "#/scopes")]
    [InlineData("""{"name":"","scopes":["read"]}""", "#/name")]
    [InlineData("""{"name":"k","scopes":["read"],"networks":["192.0.2.1","nowhere"]}""", "#/networks/1")]
    [InlineData("""{"name":"k","scopes":["read"],"expiresAt":"2020-01-01T00:00:00Z"}""", "#/expiresAt")]
    public async Task Nobody_makes_a_key_that_may_do_more_than_his_own(string json, string pointer)
    {
        var (api, maker) = await OpenAsync();
        await maker.PostAsync("/domains", """{"name":"acme.example","tenant":"acme"}""");
        var (_, key) = await MakeAsync(maker, """{"name":"k","scopes":["admin"],"tenant":"acme"}""");
        var answer = await new RestClient(api, key).PostAsync("/keys", json);
        Assert.Equal(
            (422, pointer),
            (answer.Status, answer.Json.GetProperty("errors")[0].GetProperty("pointer").GetString())
        );
    }

    [Fact]
    public async Task What_a_bounded_key_makes_is_as_bounded()
    {
        var (api, maker) = await OpenAsync();
        await maker.PostAsync("/domains", """{"name":"acme.example","tenant":"acme"}""");
        var (_, acme) = await MakeAsync(maker, """{"name":"k","scopes":["admin"],"tenant":"acme"}""");
        var made = await new RestClient(api, acme).PostAsync("/keys", """{"name":"k","scopes":["read"]}""");
        Assert.Equal("acme", made.Json.GetProperty("info").GetProperty("tenant").GetString());
        var (_, domain) = await MakeAsync(maker, """{"name":"k","scopes":["admin"],"domain":"acme.example"}""");
        var below = await new RestClient(api, domain).PostAsync("/keys", """{"name":"k","scopes":["admin"]}""");
        Assert.Equal("acme.example", below.Json.GetProperty("info").GetProperty("domain").GetString());
        Assert.Equal("acme", below.Json.GetProperty("info").GetProperty("tenant").GetString());
    }

    [Theory]
    [InlineData("""{"name":"k","scopes":["read"],"expiresAt":"2099-01-01T00:00:00Z"}""", "#/expiresAt")]
    [InlineData("""{"name":"k","scopes":["read"],"networks":[]}""", "#/networks")]
    [InlineData("""{"name":"k","scopes":["read"],"networks":["192.0.2.7","192.0.0.0/16"]}""", "#/networks/1")]
    [InlineData("""{"name":"k","scopes":["read"],"networks":["::/0"]}""", "#/networks/0")]
    public async Task A_key_does_not_outlive_or_outreach_itself(string json, string pointer)
    {
        var (api, maker) = await OpenAsync();
        var end = clock.GetUtcNow().AddDays(1);
        var (id, key) = await MakeAsync(
            maker,
            $$"""{"name":"k","scopes":["admin"],"expiresAt":"{{end:O}}","networks":["192.0.2.0/24"]}"""
        );
        var client = new RestClient(api, key) { Address = IPAddress.Parse("192.0.2.7") };
        var change = json.Replace("\"scopes\":[\"read\"],", "", StringComparison.Ordinal);
        foreach (
            var answer in new[]
            {
                await client.PostAsync("/keys", json),
                await client.SendAsync("PATCH", $"/keys/{id}", change),
            }
        )
            Assert.Equal(
                (422, pointer),
                (answer.Status, answer.Json.GetProperty("errors")[0].GetProperty("pointer").GetString())
            );
        var made = await client.PostAsync("/keys", """{"name":"k","scopes":["read"]}""");
        var info = made.Json.GetProperty("info");
        Assert.Equal(end, info.GetProperty("expiresAt").GetDateTimeOffset());
        Assert.Equal("192.0.2.0/24", info.GetProperty("networks")[0].GetString());
        var narrower = await client.PostAsync("/keys", """{"name":"k","scopes":["read"],"networks":["192.0.2.7"]}""");
        Assert.Equal(201, narrower.Status);
    }

    [Fact]
    public async Task A_users_keys_wait_while_he_is_suspended_and_go_with_him()
    {
        var test = await TestBackend.OpenAsync(memory, time: clock);
        var api = new RestApi(test.Backend);
        var maker = new RestClient(api, caller: Caller.Operator);
        var (id, key) = await MakeAsync(maker, """{"name":"k","scopes":["mail"],"mailbox":"alice@example.test"}""");
        var (other, _) = await MakeAsync(maker, """{"name":"l","scopes":["mail"],"mailbox":"bob@example.test"}""");
        var client = new RestClient(api, key);
        Assert.Equal(200, (await client.GetAsync("/users/me/messages")).Status);
        await test.Admin.Users.SuspendAsync(TestBackend.Alice, default);
        Assert.Equal(403, (await client.GetAsync("/users/me/messages")).Status);
        await test.Admin.Users.ResumeAsync(TestBackend.Alice, default);
        Assert.Equal(200, (await client.GetAsync("/users/me/messages")).Status);

        await test.Admin.RemoveUserAsync(TestBackend.Alice, default);
        await test.Admin.AddUserAsync(TestBackend.Alice, "another good secret", default);
        Assert.Equal(401, (await client.GetAsync("/users/me/messages")).Status);
        Assert.Equal(404, (await maker.GetAsync($"/keys/{id}")).Status);
        Assert.Equal(200, (await maker.GetAsync($"/keys/{other}")).Status);
    }

    [Fact]
    public async Task Limits_are_told_and_held_by_minute_and_key()
    {
        var (api, maker) = await OpenAsync();
        var (_, one) = await MakeAsync(maker, """{"name":"k","scopes":["admin"]}""");
        var (_, two) = await MakeAsync(maker, """{"name":"l","scopes":["admin"]}""");
        var client = new RestClient(api, one);
        var first = await client.GetAsync("/openapi.json");
        Assert.Equal("\"key\";q=600;w=60", first.Header("RateLimit-Policy"));
        Assert.StartsWith("\"key\";r=599;t=", first.Header("RateLimit"));
        for (var i = 0; i < 599; i++)
            Assert.Equal(200, (await client.GetAsync("/openapi.json")).Status);
        var refused = await client.GetAsync("/openapi.json");
        Assert.Equal(429, refused.Status);
        Assert.InRange(int.Parse(refused.Header("Retry-After")!), 1, 60);
        Assert.Equal(200, (await new RestClient(api, two).GetAsync("/openapi.json")).Status);
        clock.Advance(TimeSpan.FromSeconds(int.Parse(refused.Header("Retry-After")!)));
        Assert.Equal(200, (await client.GetAsync("/openapi.json")).Status);
    }

    [Fact]
    public async Task An_address_with_many_wrong_keys_waits_and_right_ones_do_not()
    {
        var (api, maker) = await OpenAsync();
        var (id, key) = await MakeAsync(maker, """{"name":"k","scopes":["admin"]}""");
        var guesser = new RestClient(api, $"ck_{id}_guess") { Address = IPAddress.Parse("2001:db8::1") };
        for (var i = 0; i < 21; i++)
            Assert.Equal(401, (await guesser.GetAsync("/domains")).Status);
        var refused = await guesser.GetAsync("/domains");
        Assert.Equal(429, refused.Status);
        Assert.NotNull(refused.Header("Retry-After"));
        var neighbour = new RestClient(api, key) { Address = IPAddress.Parse("2001:db8::2") };
        Assert.Equal(200, (await neighbour.GetAsync("/domains")).Status);
        Assert.Equal(429, (await guesser.GetAsync("/domains")).Status);
        var other = new RestClient(api, key) { Address = IPAddress.Parse("2001:db8:0:1::2") };
        Assert.Equal(200, (await other.GetAsync("/domains")).Status);
    }
}
