using System.Text.Json;
using Cloud.Api.Rest;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Api.Rest;

/// <summary>Edits by tag: who has read what is there may change it, and of several at once one does.</summary>
public sealed class EditingTests
{
    const string Alice = "/users/alice%40example.test";

    readonly ManualClock clock = new();
    string message = "";

    async Task<(TestBackend Test, RestClient Client)> OpenAsync()
    {
        var test = await TestBackend.OpenAsync(time: clock);
        await test.Admin.AddAliasAsync("team@example.test", [TestBackend.Alice], default);
        await test.Admin.AddDomainAsync("empty.example", default);
        var client = new RestClient(new RestApi(test.Backend), caller: Caller.Operator);
        await client.PostAsync("/routes", """{"address":"in@example.test"}""");
        await client.SendAsync("PUT", "/suppressions/example.test/no%40elsewhere.test", "{}");
        await test.AppendAsync(test.AliceId, "INBOX", "Subject: 1\r\n\r\n");
        message = $"{Assert.Single((await test.OpenAsync(test.AliceId)).Entries).Email}";
        return (test, client);
    }

    /// <summary>The path with alice's only message for its placeholder.</summary>
    string PathOf(string shown) => shown.Replace("MESSAGE", message, StringComparison.Ordinal);

    /// <summary>What is shown, what changes it, and how; with an answer of success.</summary>
    public static TheoryData<string, string, string, string?> Edits =>
        new()
        {
            { "/aliases/team%40example.test", "PUT", "", """{"targets":["bob@example.test"]}""" },
            { "/aliases/team%40example.test", "DELETE", "", null },
            { "/domains/empty.example", "DELETE", "", null },
            { Alice, "PATCH", "", """{"savesSent":true}""" },
            { Alice, "PATCH", "", """{"password":"another secret"}""" },
            { Alice, "DELETE", "", null },
            { Alice, "PUT", "/forward", """{"targets":["me@elsewhere.test"]}""" },
            { Alice, "PUT", "/suspension", null },
            { Alice, "DELETE", "/suspension", null },
            { Alice, "PUT", "/quota", """{"octets":1000}""" },
            { Alice, "PUT", "/deletion", "{}" },
            { $"{Alice}/mailboxes/Archive", "PATCH", "", """{"name":"Attic"}""" },
            { $"{Alice}/mailboxes/Archive", "PATCH", "", """{"subscribed":false}""" },
            { $"{Alice}/mailboxes/Archive", "DELETE", "", null },
            { "/suppressions/example.test/no%40elsewhere.test", "PUT", "", """{"text":"again"}""" },
            { "/suppressions/example.test/no%40elsewhere.test", "DELETE", "", null },
            { "/routes/in%40example.test", "DELETE", "", null },
            { $"{Alice}/messages/MESSAGE", "PATCH", "", """{"seen":true}""" },
            { $"{Alice}/messages/MESSAGE", "PATCH", "", """{"seen":false,"flagged":true,"mailbox":"Archive"}""" },
            { $"{Alice}/messages/MESSAGE", "PATCH", "", """{"mailbox":"Archive"}""" },
            { $"{Alice}/messages/MESSAGE", "DELETE", "", null },
            { $"{Alice}/messages/MESSAGE", "DELETE", "?permanent=true", null },
        };

    [Theory]
    [MemberData(nameof(Edits))]
    public async Task An_edit_by_tag_is_done_once(string shown, string method, string below, string? body)
    {
        var (_, api) = await OpenAsync();
        shown = PathOf(shown);
        var tag = (await api.GetAsync(shown)).Header("ETag");
        Assert.NotNull(tag);
        var wrong = await api.SendAsync(method, shown + below, body, ("If-Match", "\"another\""));
        Assert.Equal((412, "changed"), (wrong.Status, wrong.Json.GetProperty("code").GetString()));
        Assert.Equal(tag, (await api.GetAsync(shown)).Header("ETag"));

        var done = await api.SendAsync(method, shown + below, body, ("If-Match", tag));
        Assert.True(done.Status is 200 or 204, done.Text);
        var again = await api.SendAsync(method, shown + below, body, ("If-Match", tag));
        Assert.Contains(again.Status, new[] { 404, 412 });
    }

    [Theory]
    [MemberData(nameof(Edits))]
    public async Task Of_equal_edits_at_once_one_is_done(string shown, string method, string below, string? body)
    {
        var (_, api) = await OpenAsync();
        shown = PathOf(shown);
        var tag = (await api.GetAsync(shown)).Header("ETag")!;
        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 10)
                .Select(_ => Task.Run(() => api.SendAsync(method, shown + below, body, ("If-Match", tag))))
        );
        Assert.Single(answers, answer => answer.Status is 200 or 204);
        Assert.All(answers, answer => Assert.Contains(answer.Status, new[] { 200, 204, 404, 409, 412 }));
    }

    [Fact]
    public async Task Each_setting_of_a_user_is_a_change_of_the_tag_and_mail_is_none()
    {
        var (test, api) = await OpenAsync();
        var tags = new List<string?> { (await api.GetAsync(Alice)).Header("ETag") };
        await test.AppendAsync(test.AliceId, "INBOX", "Subject: 1\r\n\r\n");
        Assert.Equal(tags[0], (await api.GetAsync(Alice)).Header("ETag"));
        foreach (
            var (method, path, body) in new (string, string, string?)[]
            {
                ("PUT", "/quota", """{"octets":1000}"""),
                ("PUT", "/suspension", null),
                ("PATCH", "", """{"usesVerp":true}"""),
                ("PATCH", "", """{"sendsAs":["bob@example.test"]}"""),
                ("PATCH", "", """{"sendsAs":[]}"""),
                ("PUT", "/deletion", """{"days":3}"""),
            }
        )
        {
            var done = await api.SendAsync(method, Alice + path, body, ("If-Match", tags[^1]!));
            Assert.True(done.Status is 200 or 204, done.Text);
            tags.Add((await api.GetAsync(Alice)).Header("ETag"));
            Assert.Equal(tags[^1], done.Header("ETag"));
        }
        Assert.Equal(tags.Distinct(), tags);
        var user = (await api.GetAsync(Alice)).Json;
        Assert.Equal(1000, user.GetProperty("quota").GetInt64());
        Assert.True(user.GetProperty("suspended").GetBoolean());
        Assert.True(user.GetProperty("deleted").GetBoolean());
        Assert.Equal(clock.GetUtcNow().AddDays(3), user.GetProperty("keptUntil").GetDateTimeOffset());
    }

    [Fact]
    public async Task A_user_who_is_deleted_can_be_had_back_unless_that_is_ruled_out()
    {
        var (test, api) = await OpenAsync();
        await test.AppendAsync(test.AliceId, "INBOX", "Subject: 1\r\n\r\n");
        Assert.Equal(204, (await api.DeleteAsync(Alice)).Status);
        var deleted = (await api.GetAsync(Alice)).Json;
        Assert.Equal(clock.GetUtcNow().AddDays(30), deleted.GetProperty("keptUntil").GetDateTimeOffset());
        Assert.Equal(204, (await api.DeleteAsync($"{Alice}/deletion")).Status);
        var back = (await api.GetAsync(Alice)).Json;
        Assert.Equal(
            (2, JsonValueKind.Null),
            (back.GetProperty("messages").GetInt32(), back.GetProperty("keptUntil").ValueKind)
        );
        Assert.Equal(400, (await api.DeleteAsync($"{Alice}?permanent=perhaps")).Status);
        Assert.Equal(204, (await api.DeleteAsync($"{Alice}?permanent=true")).Status);
        Assert.Equal(404, (await api.GetAsync(Alice)).Status);
    }

    [Fact]
    public async Task An_alias_that_must_be_new_replaces_none()
    {
        var (_, api) = await OpenAsync();
        const string body = """{"targets":["bob@example.test"]}""";
        var there = await api.SendAsync("PUT", "/aliases/team%40example.test", body, ("If-None-Match", "*"));
        Assert.Equal(412, there.Status);
        var made = await api.SendAsync("PUT", "/aliases/new%40example.test", body, ("If-None-Match", "*"));
        Assert.Equal(200, made.Status);
    }

    [Fact]
    public async Task A_login_of_a_program_is_no_change_of_its_user()
    {
        var (test, api) = await OpenAsync();
        var made = (await api.PostAsync($"{Alice}/app-passwords", """{"name":"phone"}""")).Json;
        var tag = (await api.GetAsync(Alice)).Header("ETag")!;
        var login = await test.Gateway.AuthenticateAsync(
            new(TestBackend.Alice, made.GetProperty("password").GetString()!, System.Net.IPAddress.Loopback),
            default
        );
        Assert.Equal(test.AliceId, login.Account);
        var used = (await api.GetAsync($"{Alice}/app-passwords")).Json.GetProperty("items")[0];
        Assert.Equal(JsonValueKind.String, used.GetProperty("lastUsed").ValueKind);
        Assert.Equal(tag, (await api.GetAsync(Alice)).Header("ETag"));
        var done = await api.SendAsync("PATCH", Alice, """{"usesVerp":true}""", ("If-Match", tag));
        Assert.Equal(200, done.Status);
    }
}
