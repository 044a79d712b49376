using System.Text.Json;
using Cloud.Api.Rest;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Api.Rest;

/// <summary>Webhooks and routes over the API, and whose they are.</summary>
public sealed class HookResourceTests
{
    [Fact]
    public async Task A_hook_is_made_shown_changed_and_removed()
    {
        var (api, _) = await OpenAsync();
        var client = new RestClient(api, caller: Caller.Operator);
        var made = await client.PostAsync(
            "/hooks",
            """{"url":"https://app.example/in","events":["message.received"],"domain":"Example.TEST","rule":{"spam":false}}"""
        );
        Assert.Equal(201, made.Status);
        var id = Json(made.Text).GetProperty("id").GetString()!;
        Assert.StartsWith("whsec_", Json(made.Text).GetProperty("secret").GetString());
        var shown = await client.GetAsync($"/hooks/{id}");
        Assert.DoesNotContain("whsec_", shown.Text);
        Assert.Equal("example.test", Json(shown.Text).GetProperty("domain").GetString());

        var changed = await client.SendAsync("PATCH", $"/hooks/{id}", """{"enabled":false,"concurrency":9}""");
        Assert.Equal(200, changed.Status);
        Assert.Equal("by hand", Json(changed.Text).GetProperty("disabled").GetString());
        Assert.Equal(9, Json(changed.Text).GetProperty("concurrency").GetInt32());

        var rotated = await client.SendAsync("POST", $"/hooks/{id}/rotate", """{"overlapHours":1}""");
        Assert.NotEqual(
            Json(made.Text).GetProperty("secret").GetString(),
            Json(rotated.Text).GetProperty("secret").GetString()
        );
        Assert.Equal(204, (await client.DeleteAsync($"/hooks/{id}")).Status);
        Assert.Equal(404, (await client.GetAsync($"/hooks/{id}")).Status);
    }

    [Theory]
    [InlineData("""{"url":"ftp://x.test/","events":["message.received"]}""", "#/url")]
    [InlineData("""{"url":"https://x.test/","events":[]}""", "#/events")]
    [InlineData("""{"url":"https://x.test/","events":["message.eaten"]}""", "#/events/0")]
    [InlineData("""{"url":"https://x.test/","events":["message.sent"],"domain":"other.test"}""", "#/domain")]
    [InlineData("""{"url":"https://x.test/","events":["message.sent"],"mailbox":"nobody@example.test"}""", "#/mailbox")]
    [InlineData("""{"url":"https://x.test/","events":["message.sent"],"concurrency":99}""", "#/concurrency")]
    [InlineData("""{"url":"https://x.test/","events":["message.sent"],"preset":"irc"}""", "#/preset")]
    [InlineData(
        """{"url":"https://x.test/","events":["message.sent"],"rule":{"headerValue":"x"}}""",
        "#/rule/headerValue"
    )]
    public async Task What_is_wrong_with_a_hook_is_told_by_its_place(string body, string pointer)
    {
        var (api, _) = await OpenAsync();
        var answer = await new RestClient(api, caller: Caller.Operator).PostAsync("/hooks", body);
        Assert.Equal(422, answer.Status);
        Assert.Contains(pointer, Json(answer.Text).GetProperty("errors").GetRawText());
    }

    [Fact]
    public async Task No_tenant_hears_of_anothers_mail_or_sees_its_hooks()
    {
        var (api, test) = await OpenAsync();
        var acme = new RestClient(api, caller: new("a", "acme", ApiScope.Admin));
        var own = new RestClient(api, caller: new("o", "", ApiScope.Admin));
        const string body = """{"url":"https://x.test/","events":["message.received"]}""";
        var id = Json((await acme.PostAsync("/hooks", body)).Text).GetProperty("id").GetString()!;
        await own.PostAsync("/hooks", body);
        Assert.Equal(404, (await own.GetAsync($"/hooks/{id}")).Status);
        Assert.Equal(404, (await own.SendAsync("POST", $"/hooks/{id}/test", null)).Status);
        Assert.DoesNotContain(id, (await own.GetAsync("/hooks")).Text);
        Assert.Equal(422, (await acme.PostAsync("/hooks", body.Replace("}", ",\"domain\":\"example.test\"}"))).Status);
        Assert.Equal(422, (await acme.PostAsync("/hooks", body.Replace("}", ",\"tenant\":\"\"}"))).Status);

        // Mail for the operator's own domain, and for acme's.
        await test.ReceiveAsync("Subject: own\r\n\r\n", TestBackend.Alice);
        await test.ReceiveAsync("Subject: theirs\r\n\r\n", "ada@acme.example");
        var queued = await test.Backend.Queues.ReceiveAsync("hooks", 32, TimeSpan.FromMinutes(1), default);
        var told = queued.Select(one => System.Text.Encoding.UTF8.GetString(one.Body.Span)).ToList();
        Assert.Equal(2, told.Count);
        Assert.Single(told, text => text.Contains(id, StringComparison.Ordinal));
        Assert.Contains("theirs", told.Single(text => text.Contains(id, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Routes_are_made_listed_and_removed()
    {
        var (api, _) = await OpenAsync();
        var client = new RestClient(api, caller: Caller.Operator);
        var made = await client.PostAsync("/routes", """{"address":"in-*@example.test","days":3}""");
        Assert.Equal(201, made.Status);
        Assert.Equal(409, (await client.PostAsync("/routes", """{"address":"in-*@example.test"}""")).Status);
        Assert.Equal(422, (await client.PostAsync("/routes", """{"address":"in@other.test"}""")).Status);
        Assert.Contains("in-*@example.test", (await client.GetAsync("/routes")).Text);
        Assert.Equal(
            404,
            (
                await new RestClient(api, caller: new("a", "acme", ApiScope.Admin)).GetAsync(
                    "/routes/in-*%40example.test"
                )
            ).Status
        );
        Assert.Equal(204, (await client.DeleteAsync("/routes/in-*%40example.test")).Status);
        Assert.Equal(404, (await client.GetAsync("/routes/in-*%40example.test")).Status);
    }

    static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;

    static async Task<(RestApi Api, TestBackend Test)> OpenAsync()
    {
        var test = await TestBackend.OpenAsync();
        await test.Admin.AddDomainAsync("acme.example", "acme", default);
        await test.AddUserAsync("ada@acme.example");
        return (new RestApi(test.Backend), test);
    }
}
