using System.Text;
using System.Text.Json;
using Cloud.Api.Rest;
using Cloud.Store.Messages;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Api.Rest;

public sealed class MessageResourceTests
{
    const string Mail = "/users/alice@example.test/messages";

    readonly ManualClock clock = new();

    async Task<(TestBackend Test, RestClient Client)> OpenAsync(Caller? caller = null)
    {
        var test = await TestBackend.OpenAsync(time: clock);
        return (test, new(new RestApi(test.Backend), caller: caller ?? Caller.Operator));
    }

    static string Message(string subject, string id = "", string reply = "") =>
        $"From: =?utf-8?q?S=C3=B8ren?= <soren@elsewhere.test>\r\nTo: alice@example.test\r\nSubject: {subject}\r\n"
        + (id.Length > 0 ? $"Message-ID: <{id}>\r\n" : "")
        + (reply.Length > 0 ? $"In-Reply-To: <{reply}>\r\nReferences: <{reply}>\r\n" : "")
        + "\r\nSome words.\r\n";

    static IReadOnlyList<string> Subjects(RestAnswer answer) =>
        [.. answer.Json.GetProperty("items").EnumerateArray().Select(one => one.GetProperty("subject").GetString()!)];

    static async Task<string> OnlyIdAsync(RestClient api, string query = "") =>
        Assert
            .Single((await api.GetAsync(Mail + query)).Json.GetProperty("items").EnumerateArray())
            .GetProperty("id")
            .GetString()!;

    [Fact]
    public async Task A_mailbox_is_listed_newest_first_and_page_by_page()
    {
        var (test, api) = await OpenAsync();
        for (var i = 1; i <= 7; i++)
            await test.ReceiveAsync(Message($"s{i}"), TestBackend.Alice);
        var (seen, next) = (new List<string>(), "");
        do
        {
            var page = await api.GetAsync($"{Mail}?limit=3{next}");
            seen.AddRange(Subjects(page));
            if (seen.Count == 3)
                await test.ReceiveAsync(Message("late"), TestBackend.Alice); // in front of what was shown
            next = page.Json.GetProperty("next").GetString() is { } cursor ? $"&after={cursor}" : null;
        } while (next is not null);
        Assert.Equal(["s7", "s6", "s5", "s4", "s3", "s2", "s1"], seen);
        var first = (await api.GetAsync($"{Mail}?limit=1")).Json.GetProperty("items")[0];
        Assert.Equal("Søren", first.GetProperty("from")[0].GetProperty("name").GetString());
        Assert.Equal("Some words.", first.GetProperty("preview").GetString());
    }

    [Theory]
    [InlineData("?subject=beta", "beta two|beta one")]
    [InlineData("?subject=beta&q=words&limit=1", "beta two")]
    [InlineData("?from=s%C3%B8ren", "gamma|beta two|beta one|alpha")]
    [InlineData("?q=nothing", "")]
    [InlineData("?seen=true", "")]
    [InlineData("?seen=false&subject=alpha", "alpha")]
    [InlineData("?since=2026-01-02&until=2026-01-03", "gamma|beta two|beta one|alpha")]
    [InlineData("?until=2026-01-02", "")]
    public async Task Filters_and_searches_find_what_they_say(string query, string subjects)
    {
        var (test, api) = await OpenAsync();
        foreach (var subject in new[] { "alpha", "beta one", "beta two", "gamma" })
            await test.ReceiveAsync(Message(subject), TestBackend.Alice);
        Assert.Equal(
            subjects.Split('|', StringSplitOptions.RemoveEmptyEntries),
            Subjects(await api.GetAsync(Mail + query))
        );
    }

    [Fact]
    public async Task A_message_is_read_raw_to_the_octet_and_in_ranges()
    {
        var (test, api) = await OpenAsync();
        await test.ReceiveAsync(Message("raw"), TestBackend.Alice);
        var path = $"{Mail}/{await OnlyIdAsync(api)}/raw";
        var raw = await api.GetAsync(path);
        Assert.Equal((200, "message/rfc822"), (raw.Status, raw.Header("Content-Type")));
        var entry = Assert.Single((await test.OpenAsync(test.AliceId)).Entries);
        Assert.Equal(await test.ReadAsync(test.AliceId, entry.Email), raw.Text);
        var size = raw.Body.Length;
        Assert.Equal(raw.Body[5..10], (await api.GetAsync(path, ("Range", "bytes=5-9"))).Body);
        Assert.Equal(raw.Body[^4..], (await api.GetAsync(path, ("Range", "bytes=-4"))).Body);
        Assert.Equal(raw.Body[7..], (await api.GetAsync(path, ("Range", "bytes=7-"))).Body);
        Assert.Equal(200, (await api.GetAsync(path, ("Range", "bytes=9-5"))).Status);
        var beyond = await api.GetAsync(path, ("Range", $"bytes={size}-"));
        Assert.Equal(416, beyond.Status);
    }

    [Fact]
    public async Task Flags_change_only_what_was_seen_as_it_is()
    {
        var (test, api) = await OpenAsync();
        await test.ReceiveAsync(Message("flags"), TestBackend.Alice);
        var path = $"{Mail}/{await OnlyIdAsync(api)}";
        var tag = (await api.GetAsync(path)).Header("ETag")!;
        var marked = await api.SendAsync(
            "PATCH",
            path,
            """{"seen":true,"flagged":true,"addKeywords":["todo"]}""",
            ("If-Match", tag)
        );
        Assert.Equal(
            (200, """["seen","flagged"]""", """["todo"]"""),
            (
                marked.Status,
                marked.Json.GetProperty("flags").GetRawText(),
                marked.Json.GetProperty("keywords").GetRawText()
            )
        );
        Assert.Equal(412, (await api.SendAsync("PATCH", path, """{"seen":false}""", ("If-Match", tag))).Status);
        Assert.Equal(304, (await api.GetAsync(path, ("If-None-Match", marked.Header("ETag")!))).Status);
        var entry = Assert.Single((await test.OpenAsync(test.AliceId)).Entries);
        Assert.Equal(MessageFlags.Seen | MessageFlags.Flagged, entry.Flags);
        var less = await api.SendAsync("PATCH", path, """{"flagged":false,"removeKeywords":["TODO"]}""");
        Assert.Equal("""["seen"]""", less.Json.GetProperty("flags").GetRawText());
        Assert.Equal("[]", less.Json.GetProperty("keywords").GetRawText());
    }

    [Fact]
    public async Task A_message_moves_to_the_bin_and_from_there_away()
    {
        var (test, api) = await OpenAsync();
        await test.ReceiveAsync(Message("bin"), TestBackend.Alice);
        var id = await OnlyIdAsync(api);
        var moved = await api.SendAsync("PATCH", $"{Mail}/{id}", """{"mailbox":"Archive"}""");
        Assert.Equal(200, moved.Status);
        Assert.Equal(id, await OnlyIdAsync(api, "?mailbox=Archive"));
        Assert.Equal(204, (await api.DeleteAsync($"{Mail}/{id}")).Status);
        Assert.Equal(id, await OnlyIdAsync(api, "?mailbox=Trash"));
        Assert.Equal(204, (await api.DeleteAsync($"{Mail}/{id}")).Status);
        Assert.Equal(404, (await api.GetAsync($"{Mail}/{id}")).Status);
        var none = await api.SendAsync("PATCH", $"{Mail}/{id}", """{"mailbox":"Nowhere"}""");
        Assert.Equal(404, none.Status);
    }

    [Fact]
    public async Task A_conversation_is_shown_over_all_mailboxes()
    {
        var (test, api) = await OpenAsync();
        await test.ReceiveAsync(Message("talk", "one@x.test"), TestBackend.Alice);
        clock.Advance(TimeSpan.FromMinutes(1));
        await test.ReceiveAsync(Message("other", "other@x.test"), TestBackend.Alice);
        await test.ReceiveAsync(Message("Re: talk", "two@x.test", "one@x.test"), TestBackend.Alice);
        var first = (await api.GetAsync($"{Mail}?subject=talk&limit=1")).Json.GetProperty("items")[0];
        await api.SendAsync("PATCH", $"{Mail}/{first.GetProperty("id").GetString()}", """{"mailbox":"Archive"}""");
        var thread = await api.GetAsync($"/users/alice@example.test/threads/{first.GetProperty("thread").GetString()}");
        Assert.Equal(["talk", "Re: talk"], Subjects(thread));
        Assert.Equal(404, (await api.GetAsync("/users/alice@example.test/threads/00000000000000ff")).Status);
    }

    [Fact]
    public async Task Mailboxes_come_change_and_go()
    {
        var (_, api) = await OpenAsync();
        const string all = "/users/alice@example.test/mailboxes";
        var made = await api.PostAsync(all, """{"name":"Work/Projects"}""");
        Assert.Equal(201, made.Status);
        var path = $"{all}/{made.Json.GetProperty("id").GetString()}";
        Assert.Equal(409, (await api.PostAsync(all, """{"name":"Work/Projects"}""")).Status);
        var renamed = await api.SendAsync("PATCH", path, """{"name":"Work/Done","subscribed":false}""");
        foreach (var name in new[] { "Shared/x", "Other Users" })
        {
            Assert.Equal(409, (await api.PostAsync(all, $$"""{"name":"{{name}}"}""")).Status);
            Assert.Equal(409, (await api.SendAsync("PATCH", path, $$"""{"name":"{{name}}"}""")).Status);
        }
        Assert.Equal("Work/Done", renamed.Json.GetProperty("name").GetString());
        Assert.False(renamed.Json.GetProperty("subscribed").GetBoolean());
        Assert.Equal(204, (await api.DeleteAsync(path)).Status);
        Assert.Equal(404, (await api.GetAsync(path)).Status);
        Assert.Equal(409, (await api.DeleteAsync($"{all}/INBOX")).Status);
        var page = (await api.GetAsync($"{all}?limit=2")).Json;
        var rest = (await api.GetAsync($"{all}?after={page.GetProperty("next").GetString()}")).Json;
        var names = page.GetProperty("items").EnumerateArray().Concat(rest.GetProperty("items").EnumerateArray());
        Assert.Equal(
            ["Archive", "Drafts", "INBOX", "Junk", "Sent", "Trash", "Work"],
            names.Select(one => one.GetProperty("name").GetString())
        );
    }

    [Fact]
    public async Task A_key_for_one_mailbox_reads_that_one_alone()
    {
        var (test, all) = await OpenAsync();
        await test.ReceiveAsync(Message("mine"), TestBackend.Alice);
        await test.ReceiveAsync(Message("yours"), TestBackend.Bob);
        var id = await OnlyIdAsync(all);
        var api = new RestApi(test.Backend);
        var reader = new RestClient(api, caller: new("k", null, ApiScope.Read, "example.test", TestBackend.Alice));
        Assert.Equal(["mine"], Subjects(await reader.GetAsync("/users/me/messages")));
        Assert.Equal(200, (await reader.GetAsync($"{Mail}/{id}/raw")).Status);
        Assert.Equal(404, (await reader.GetAsync("/users/bob@example.test/messages")).Status);
        Assert.Equal(404, (await reader.GetAsync($"/users/bob@example.test/messages/{id}")).Status);
        Assert.Equal(403, (await reader.DeleteAsync($"{Mail}/{id}")).Status);
        Assert.Equal(403, (await reader.SendAsync("PATCH", $"{Mail}/{id}", "{}")).Status);
        var bob = new RestClient(api, caller: new("k", null, ApiScope.Mail, "example.test", TestBackend.Bob));
        Assert.Equal(404, (await bob.GetAsync($"/users/me/messages/{id}")).Status);
        Assert.Equal(404, (await bob.DeleteAsync($"/users/me/messages/{id}")).Status);
    }
}
