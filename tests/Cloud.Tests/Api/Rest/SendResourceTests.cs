using System.Text;
using System.Text.Json;
using Cloud.Api.Rest;
using Cloud.Store.Messages;
using Cloud.Tests.Fakes;
using Cloud.Tests.Flow.Outbound;

namespace Cloud.Tests.Api.Rest;

public sealed class SendResourceTests
{
    const string Simple =
        """{"from":"Alice <alice@example.test>","to":["Doe <joe@elsewhere.test>"],"subject":"Hällo","text":"Good day"}""";

    readonly ManualClock clock = new();
    readonly ScriptedRelay relay = new();

    async Task<(TestBackend Test, RestClient Client)> OpenAsync(Caller? caller = null)
    {
        var test = await TestBackend.OpenAsync(time: clock, relay: relay);
        return (test, new(new RestApi(test.Backend), caller: caller ?? Caller.Operator));
    }

    static async Task WorkAsync(TestBackend test)
    {
        while (await test.Backend.Sending.Worker.WorkAsync(_ => { }, default) > 0)
            continue;
    }

    [Fact]
    public async Task A_message_is_sent_and_shows_what_became_of_it()
    {
        var (test, api) = await OpenAsync();
        var body = Simple[..^1] + ""","tags":["welcome","v1.2"],"metadata":{"order":"17"}}""";
        var sent = await api.PostAsync("/sends", body);
        Assert.True(sent.Status == 202, sent.Text);
        var id = sent.Json.GetProperty("id").GetString()!;
        Assert.Equal("queued", sent.Json.GetProperty("status").GetString());
        var before = (await api.GetAsync($"/sends/{id}")).Json;
        Assert.Equal(("queued", "waiting"), (Status(before), Status(before.GetProperty("to")[0])));

        await WorkAsync(test);
        var after = (await api.GetAsync($"/sends/{id}")).Json;
        Assert.Equal(("sent", "sent"), (Status(after), Status(after.GetProperty("to")[0])));
        Assert.Equal("mx.there.test", after.GetProperty("to")[0].GetProperty("host").GetString());
        Assert.Equal(["welcome", "v1.2"], after.GetProperty("tags").EnumerateArray().Select(tag => tag.GetString()));
        Assert.Equal("17", after.GetProperty("metadata").GetProperty("order").GetString());
        Assert.Equal("Hällo", after.GetProperty("subject").GetString());

        var content = Assert.Single(relay.Taken).Content!;
        Assert.Contains("From: Alice <alice@example.test>\r\n", content);
        Assert.Contains("To: Doe <joe@elsewhere.test>\r\n", content);
        Assert.Contains($"Message-ID: <{sent.Json.GetProperty("messageId").GetString()}>\r\n", content);
        Assert.DoesNotContain("welcome", content);
    }

    [Fact]
    public async Task An_alias_lends_nobody_another_tenants_account()
    {
        var (test, _) = await OpenAsync();
        var api = new RestApi(test.Backend);
        var maker = new RestClient(api, caller: Caller.Operator);
        await maker.PostAsync("/domains", """{"name":"acme.example","tenant":"acme"}""");
        await test.Admin.AddAliasAsync("sales@acme.example", [TestBackend.Alice], default);
        var acme = new RestClient(api, caller: new("k", "acme", ApiScope.Admin));
        const string message = """{"from":"sales@acme.example","to":["joe@elsewhere.test"],"text":"hi"}""";
        Assert.Equal(422, (await acme.PostAsync("/sends", message)).Status);
        Assert.Equal(202, (await maker.PostAsync("/sends", message)).Status);
        await test.Admin.AddUserAsync("ada@acme.example", "a good secret", default);
        await test.Admin.AddAliasAsync("sales@acme.example", [TestBackend.Alice, "ada@acme.example"], default);
        Assert.Equal(202, (await acme.PostAsync("/sends", message)).Status);
    }

    [Fact]
    public async Task The_second_reader_sends_while_the_first_is_suspended()
    {
        var (test, api) = await OpenAsync();
        await test.Admin.AddAliasAsync("team@example.test", [TestBackend.Alice, TestBackend.Bob], default);
        await test.Admin.Users.SuspendAsync(TestBackend.Alice, default);
        const string message = """{"from":"team@example.test","to":["joe@elsewhere.test"],"text":"hi"}""";
        Assert.Equal(202, (await api.PostAsync("/sends", message)).Status);
    }

    [Fact]
    public async Task A_message_to_somebody_here_goes_the_same_way()
    {
        var (test, api) = await OpenAsync();
        var sent = await api.PostAsync(
            "/sends",
            """{"from":"alice@example.test","to":["bob@example.test"],"bcc":["alice@example.test"],"text":"hi"}"""
        );
        Assert.Equal(202, sent.Status);
        await WorkAsync(test);
        Assert.Single((await test.OpenAsync(test.BobId)).Entries);
        var copy = Assert.Single((await test.OpenAsync(test.AliceId)).Entries);
        Assert.DoesNotContain("Bcc", await test.ReadAsync(test.AliceId, copy.Email));
        var shown = (await api.GetAsync($"/sends/{sent.Json.GetProperty("id").GetString()}")).Json;
        Assert.Equal("delivered", Status(shown.GetProperty("to")[0]));
    }

    [Fact]
    public async Task Parts_and_attachments_arrive_as_they_were_given()
    {
        var (test, api) = await OpenAsync();
        var pdf = Convert.ToBase64String(Enumerable.Range(0, 5000).Select(i => (byte)(i * 7)).ToArray());
        var sent = await api.PostAsync(
            "/sends",
            $$"""
            {"from":"alice@example.test","to":["bob@example.test"],"subject":"parts","text":"plain","html":"<p>rich <img src=cid:logo>",
             "headers":{"X-Campaign":"spring"},"replyTo":["help@example.test"],
             "attachments":[{"fileName":"Rechnung Ü.pdf","contentType":"application/pdf","content":"{{pdf}}"},
                            {"fileName":"logo.png","contentType":"image/png","contentId":"logo","content":"AAEC"}]}
            """
        );
        Assert.True(sent.Status == 202, sent.Text);
        await WorkAsync(test);
        var entry = Assert.Single((await test.OpenAsync(test.BobId)).Entries);

        var path = $"/users/bob@example.test/messages/{entry.Email}";
        var shown = (await api.GetAsync(path)).Json;
        Assert.Equal("plain", shown.GetProperty("text").GetString()!.Trim());
        Assert.Contains("<p>rich", shown.GetProperty("html").GetString());
        var files = shown
            .GetProperty("attachments")
            .EnumerateArray()
            .ToDictionary(one => one.GetProperty("fileName").GetString()!, one => one.GetProperty("part").GetString()!);
        var whole = await api.GetAsync($"{path}/parts/{files["Rechnung Ü.pdf"]}");
        Assert.Equal((200, "application/pdf"), (whole.Status, whole.Header("Content-Type")));
        Assert.Equal(pdf, Convert.ToBase64String(whole.Body));
        Assert.StartsWith("attachment", whole.Header("Content-Disposition"));
        var range = await api.GetAsync($"{path}/parts/{files["Rechnung Ü.pdf"]}", ("Range", "bytes=100-299"));
        Assert.Equal((206, "bytes 100-299/5000"), (range.Status, range.Header("Content-Range")));
        Assert.Equal(whole.Body[100..300], range.Body);
        Assert.Contains(
            shown.GetProperty("headers").EnumerateArray(),
            one => one.GetProperty("name").GetString() == "X-Campaign"
        );
    }

    [Fact]
    public async Task A_scheduled_message_goes_at_its_time_and_a_cancelled_one_never()
    {
        var (test, api) = await OpenAsync();
        var at = clock.GetUtcNow().AddHours(3);
        var body = Simple[..^1] + $$""","sendAt":"{{at:O}}"}""";
        var (first, second) = (await api.PostAsync("/sends", body), await api.PostAsync("/sends", body));
        Assert.Equal("scheduled", Status(first.Json));
        var cancelled = await api.PostAsync($"/sends/{second.Json.GetProperty("id").GetString()}/cancel", null);
        Assert.Equal((200, "cancelled"), (cancelled.Status, Status(cancelled.Json)));

        await WorkAsync(test);
        Assert.Empty(relay.Taken);
        Assert.Equal("scheduled", Status((await api.GetAsync($"/sends/{Id(first)}")).Json));
        clock.Advance(TimeSpan.FromHours(3) + TimeSpan.FromSeconds(1));
        await WorkAsync(test);
        Assert.Equal(Id(first), Assert.Single(relay.Taken).Id);
        Assert.Equal(409, (await api.PostAsync($"/sends/{Id(first)}/cancel", null)).Status);
    }

    [Fact]
    public async Task Equal_requests_at_once_send_once()
    {
        var (test, api) = await OpenAsync();
        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 50)
                .Select(_ => Task.Run(() => api.PostAsync("/sends", Simple, ("Idempotency-Key", "order-17"))))
        );
        Assert.All(answers, answer => Assert.Contains(answer.Status, new[] { 202, 409 }));
        var ids = answers.Where(answer => answer.Status == 202).Select(Id).Distinct();
        var id = Assert.Single(ids);
        var again = await api.PostAsync("/sends", Simple, ("Idempotency-Key", "order-17"));
        Assert.Equal((202, id, "true"), (again.Status, Id(again), again.Header("Idempotency-Replayed")));
        await WorkAsync(test);
        Assert.Single(relay.Taken);
        Assert.Single((await api.GetAsync("/sends")).Json.GetProperty("items").EnumerateArray());

        var other = await api.PostAsync("/sends", Simple.Replace("Good", "Bad"), ("Idempotency-Key", "order-17"));
        Assert.Equal((422, "key-reused"), (other.Status, other.Json.GetProperty("code").GetString()));
        clock.Advance(TimeSpan.FromHours(25));
        var later = await api.PostAsync("/sends", Simple, ("Idempotency-Key", "order-17"));
        Assert.NotEqual(id, Id(later));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_send_that_met_a_fault_is_finished_by_its_repetition(bool isAccepted)
    {
        var faults = new Faults();
        var memory = new MemoryRows();
        var test = await TestBackend.OpenAsync(rows: new FaultyRows(memory, faults), time: clock, relay: relay);
        var api = new RestClient(new RestApi(test.Backend), caller: Caller.Operator);
        faults.AfterDoing = isAccepted;
        faults.Fail("commit outbox");
        var failed = await api.PostAsync("/sends", Simple, ("Idempotency-Key", "k"));
        Assert.Equal(503, failed.Status);
        faults.Heal();
        var again = await api.PostAsync("/sends", Simple, ("Idempotency-Key", "k"));
        Assert.Equal(202, again.Status);
        await WorkAsync(test);
        Assert.Single(relay.Taken);
    }

    [Fact]
    public async Task A_refusal_is_as_lasting_as_a_success()
    {
        var (_, api) = await OpenAsync();
        var body = Simple.Replace("joe@elsewhere.test", "nobody@example.test");
        var (first, second) = (
            await api.PostAsync("/sends", body, ("Idempotency-Key", "k")),
            await api.PostAsync("/sends", body, ("Idempotency-Key", "k"))
        );
        Assert.Equal((422, 422, "true"), (first.Status, second.Status, second.Header("Idempotency-Replayed")));
        Assert.Equal("application/problem+json", second.Header("Content-Type"));
    }

    [Fact]
    public async Task Each_message_of_a_batch_is_taken_or_refused_by_itself()
    {
        var (test, api) = await OpenAsync();
        var batch =
            $$"""{"messages":[{{Simple}},{{Simple.Replace("alice@", "eve@")}},{{Simple.Replace("Doe", "Moe")}}]}""";
        var answer = await api.PostAsync("/sends/batch", batch, ("Idempotency-Key", "b"));
        Assert.Equal(
            [202, 422, 202],
            answer.Json.GetProperty("results").EnumerateArray().Select(one => one.GetProperty("status").GetInt32())
        );
        Assert.Equal(answer.Text, (await api.PostAsync("/sends/batch", batch, ("Idempotency-Key", "b"))).Text);
        await WorkAsync(test);
        Assert.Equal(2, relay.Taken.Count);
        var many = string.Join(',', Enumerable.Repeat(Simple, 101));
        Assert.Equal(422, (await api.PostAsync("/sends/batch", $$"""{"messages":[{{many}}]}""")).Status);
        Assert.Equal(422, (await api.PostAsync("/sends/batch", """{"messages":[]}""")).Status);
    }

    [Fact]
    public async Task A_raw_message_goes_octet_for_octet_to_whom_its_header_names()
    {
        var (test, api) = await OpenAsync();
        var raw =
            "From: alice@example.test\r\nTo: a@elsewhere.test\r\nCc: B <b@elsewhere.test>\r\nBcc: c@elsewhere.test\r\nDate: Fri, 02 Jan 2026 03:04:05 +0000\r\nMessage-ID: <x@example.test>\r\n\r\nB\u00f6dy  \r\n.\r\n";
        var sent = await api.SendBytesAsync(
            "POST",
            "/sends/raw?tags=one,two",
            Encoding.UTF8.GetBytes(raw),
            ("Content-Type", "message/rfc822")
        );
        Assert.True(sent.Status == 202, sent.Text);
        await WorkAsync(test);
        Assert.Equal(
            ["a@elsewhere.test", "b@elsewhere.test", "c@elsewhere.test"],
            relay.Taken.Select(taken => taken.Recipient).Order()
        );
        var content = relay.Taken.First().Content!;
        Assert.EndsWith("\r\n\r\nB\u00f6dy  \r\n.\r\n", content);
        Assert.DoesNotContain("Bcc", content);
        Assert.Equal("x@example.test", sent.Json.GetProperty("messageId").GetString());

        var named = await api.SendBytesAsync(
            "POST",
            "/sends/raw?to=d%40elsewhere.test",
            Encoding.UTF8.GetBytes(raw),
            ("Content-Type", "message/rfc822")
        );
        Assert.Equal(1, named.Json.GetProperty("recipients").GetInt32());
    }

    [Fact]
    public async Task An_upload_is_attached_by_the_key_that_brought_it_and_no_other()
    {
        var (test, api) = await OpenAsync();
        var octets = Enumerable.Range(0, 300_000).Select(i => (byte)(i * 31)).ToArray();
        var made = await api.SendBytesAsync("POST", "/uploads", octets, ("Content-Type", "application/octet-stream"));
        Assert.True(made.Status == 201, made.Text);
        var upload = made.Json.GetProperty("id").GetString();
        var body =
            $$"""{"from":"alice@example.test","to":["bob@example.test"],"text":"x","attachments":[{"fileName":"a.bin","upload":"{{upload}}"}]}""";
        var foreign = new RestClient(new RestApi(test.Backend), caller: new("k", null, ApiScope.Admin));
        Assert.Equal(422, (await foreign.PostAsync("/sends", body)).Status);
        // Messages have ids of the same kind: they are no uploads.
        await test.ReceiveAsync("secret", TestBackend.Alice);
        var entry = Assert.Single((await test.OpenAsync(test.AliceId)).Entries);
        var email = Assert.Single(await test.Gateway.FetchAsync(test.AliceId, [entry.Email], default));
        Assert.Equal(422, (await api.PostAsync("/sends", body.Replace(upload!, $"{email.Transaction}"))).Status);

        Assert.Equal(202, (await api.PostAsync("/sends", body)).Status);
        await WorkAsync(test);
        var got = Assert.Single((await test.OpenAsync(test.BobId)).Entries);
        Assert.Equal(octets, (await api.GetAsync($"/users/bob@example.test/messages/{got.Email}/parts/2")).Body);
        clock.Advance(TimeSpan.FromHours(25));
        Assert.Equal(422, (await api.PostAsync("/sends", body)).Status);
    }

    [Fact]
    public async Task A_template_is_filled_in_and_its_html_cannot_be_broken_by_a_value()
    {
        var (test, api) = await OpenAsync();
        var made = await api.SendAsync(
            "PUT",
            "/domains/example.test/templates/welcome",
            """{"subject":"Hello {{name}}","text":"Dear {{ name }}, {{unclosed","html":"<b>{{name}}</b>{{{raw}}}"}"""
        );
        Assert.Equal(200, made.Status);
        Assert.Equal(
            ["name", "raw"],
            made.Json.GetProperty("variables").EnumerateArray().Select(one => one.GetString())
        );
        const string ask =
            """{"from":"alice@example.test","to":["bob@example.test"],"template":"welcome","variables":VARIABLES}""";
        var missing = await api.PostAsync("/sends", ask.Replace("VARIABLES", """{"name":"x"}"""));
        Assert.Equal(
            (422, "#/variables/raw"),
            (missing.Status, missing.Json.GetProperty("errors")[0].GetProperty("pointer").GetString())
        );
        var sent = await api.PostAsync("/sends", ask.Replace("VARIABLES", """{"name":"<i>{{raw}}","raw":"<hr>"}"""));
        Assert.True(sent.Status == 202, sent.Text);
        await WorkAsync(test);
        var entry = Assert.Single((await test.OpenAsync(test.BobId)).Entries);
        var shown = (await api.GetAsync($"/users/bob@example.test/messages/{entry.Email}")).Json;
        Assert.Equal("Hello <i>{{raw}}", shown.GetProperty("summary").GetProperty("subject").GetString());
        Assert.Equal("Dear <i>{{raw}}, {{unclosed", shown.GetProperty("text").GetString()!.Trim());
        Assert.Equal("<b>&lt;i&gt;{{raw}}</b><hr>", shown.GetProperty("html").GetString()!.Trim());
    }

    [Theory]
    [InlineData("""{"from":"nobody","to":["a@b.test"],"text":"x"}""", "#/from")]
    [InlineData("""{"from":"eve@example.test","to":["a@b.test"],"text":"x"}""", "#/from")]
    [InlineData("""{"from":"alice@elsewhere.test","to":["a@b.test"],"text":"x"}""", "#/from")]
    [InlineData("""{"from":"alice@example.test","text":"x"}""", "#/to")]
    [InlineData("""{"from":"alice@example.test","to":["a@b.test","a@b.test, c@d.test"],"text":"x"}""", "#/to/1")]
    [InlineData("""{"from":"alice@example.test","to":["a@b.test"]}""", "#/text")]
    [InlineData(
        """{"from":"alice@example.test","to":["a@b.test"],"text":"x","headers":{"Received":"x"}}""",
        "#/headers/Received"
    )]
    [InlineData(
        """{"from":"alice@example.test","to":["a@b.test"],"text":"x","headers":{"X-A":"a\r\nBcc: e@f.test"}}""",
        "#/headers/X-A"
    )]
    [InlineData("""{"from":"alice@example.test","to":["a@b.test"],"text":"x","tags":["a b"]}""", "#/tags/0")]
    [InlineData(
        """{"from":"alice@example.test","to":["a@b.test"],"text":"x","sendAt":"2027-01-01T00:00:00Z"}""",
        "#/sendAt"
    )]
    [InlineData(
        """{"from":"alice@example.test","to":["a@b.test"],"text":"x","attachments":[{"fileName":"a","content":"%"}]}""",
        "#/attachments/0/content"
    )]
    [InlineData("""{"from":"alice@example.test","to":["a@b.test"],"template":"none"}""", "#/template")]
    public async Task What_is_wrong_with_a_message_is_named(string body, string pointer)
    {
        var (_, api) = await OpenAsync();
        var answer = await api.PostAsync("/sends", body);
        Assert.Equal(422, answer.Status);
        Assert.Equal(pointer, answer.Json.GetProperty("errors")[0].GetProperty("pointer").GetString());
    }

    [Fact]
    public async Task A_key_sends_as_its_own_and_sees_what_it_sent_alone()
    {
        var (test, all) = await OpenAsync();
        var api = new RestApi(test.Backend);
        RestClient As(Caller caller) => new(api, caller: caller);
        var bob = As(new("k1", null, ApiScope.Send, "example.test", "bob@example.test"));
        Assert.Equal(422, (await bob.PostAsync("/sends", Simple)).Status);
        var sent = await bob.PostAsync("/sends", Simple.Replace("alice@example.test", "bob+x@example.test"));
        Assert.True(sent.Status == 202, sent.Text);
        Assert.Equal(200, (await bob.GetAsync($"/sends/{Id(sent)}")).Status);
        Assert.Equal(404, (await As(new("k2", null, ApiScope.Send)).GetAsync($"/sends/{Id(sent)}")).Status);
        Assert.Equal(404, (await As(new("k3", "other", ApiScope.Admin)).GetAsync($"/sends/{Id(sent)}")).Status);
        Assert.Equal(422, (await As(new("k3", "other", ApiScope.Send)).PostAsync("/sends", Simple)).Status);
        Assert.Empty(
            (await As(new("k2", null, ApiScope.Send)).GetAsync("/sends")).Json.GetProperty("items").EnumerateArray()
        );
        Assert.Single((await all.GetAsync("/sends")).Json.GetProperty("items").EnumerateArray());
    }

    static string Status(JsonElement element) => element.GetProperty("status").GetString()!;

    static string Id(RestAnswer answer) => answer.Json.GetProperty("id").GetString()!;
}
