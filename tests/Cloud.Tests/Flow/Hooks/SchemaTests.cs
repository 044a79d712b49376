using System.Text;
using System.Text.Json;
using Cloud.Flow.Door;
using Cloud.Flow.Hooks;
using Cloud.Mail;
using Cloud.Store;
using Cloud.Tests.Fakes;
using Cloud.Tests.Flow.Outbound;
using Cloud.Tests.Repository;
using Cloud.Trust.Content;

namespace Cloud.Tests.Flow.Hooks;

/// <summary>Payloads are what the published schema says, and presets what their services take.</summary>
public sealed class SchemaTests
{
    const string Rich =
        "From: =?utf-8?Q?J=C3=BCrgen?= <j@far.test>\r\nTo: alice@example.test, Others: a@b.test;\r\nCc: c@d.test\r\n"
        + "Reply-To: r@far.test\r\nSubject: =?utf-8?B?8J+YgA==?=\r\nDate: Fri, 2 Jan 2026 03:04:05 +0000\r\n"
        + "Message-ID: <2@far.test>\r\nIn-Reply-To: <1@far.test>\r\nReferences: <0@far.test> <1@far.test>\r\n"
        + "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n"
        + "Content-Type: multipart/alternative; boundary=a\r\n\r\n--a\r\nContent-Type: text/plain\r\n\r\nHello\r\n--a\r\n"
        + "Content-Type: text/html\r\n\r\n<p>Hello</p>\r\n--a--\r\n--m\r\nContent-Type: image/png; name=a.png\r\n"
        + "Content-ID: <i@x>\r\nContent-Transfer-Encoding: base64\r\n\r\nQUJD\r\n--m\r\n"
        + "Content-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\nInner\r\n--m--\r\n";

    [Theory]
    [InlineData(HookPayload.Full)]
    [InlineData(HookPayload.Thin)]
    public async Task All_payloads_agree_with_the_published_schema(HookPayload payload)
    {
        using var schema = JsonDocument.Parse(Source.Read("docs/webhooks.schema.json"));
        var check = new JsonSchema(schema.RootElement);
        await using var receiver = new HookReceiver();
        await using var world = await HookWorld.OpenAsync(
            new() { AllowPrivate = true, PublicUrl = new("https://mail.example.test") },
            store: new() { SoleOwner = true, Quota = 4000 }
        );
        MailEventKind[] all = [.. MailEventNames.All.Select(name => MailEventNames.TryParse(name)!.Value)];
        var hook = await world.AddAsync(HookWorld.Wanted(receiver.Url, all) with { Payload = payload, Inline = 3 });
        await HappenAsync(world);
        await world.Control.TestAsync(hook.Hook.Id, default);
        await world.PassAsync(TimeSpan.FromMinutes(1));

        var told = receiver.TakeAll();
        var kinds = told.Select(one => one.Json.GetProperty("type").GetString()!).Distinct().ToList();
        // A complaint has its own test: it takes a report that comes back.
        Assert.Empty(MailEventNames.All.Except(["message.complained"]).Except(kinds));
        Assert.All(told, one => Assert.Empty(check.Faults(one.Json)));
        Assert.NotEmpty(
            check.Faults(JsonDocument.Parse("""{"id":"evt_1","type":"x","timestamp":"1","data":{"a":1}}""").RootElement)
        );
    }

    [Fact]
    public async Task A_full_payload_has_what_a_reader_would_show()
    {
        await using var receiver = new HookReceiver();
        await using var world = await HookWorld.OpenAsync();
        await world.AddAsync(receiver.Url);
        await world.Test.ReceiveAsync(Rich, TestBackend.Alice);
        await world.WorkAsync();
        var data = Assert.Single(receiver.TakeAll()).Data;
        Assert.Equal("Jürgen", data.GetProperty("from")[0].GetProperty("name").GetString());
        Assert.Equal("\U0001F600", data.GetProperty("subject").GetString());
        Assert.Equal("Hello", data.GetProperty("text").GetString()!.Trim());
        Assert.Equal("<p>Hello</p>", data.GetProperty("html").GetString()!.Trim());
        var attachments = data.GetProperty("attachments").EnumerateArray().ToList();
        Assert.Equal(["2", "3"], attachments.Select(one => one.GetProperty("part").GetString()!));
        Assert.Equal("i@x", attachments[0].GetProperty("contentId").GetString());
        Assert.Equal(
            ["0@far.test", "1@far.test"],
            data.GetProperty("references").EnumerateArray().Select(id => id.GetString()!)
        );
    }

    [Theory]
    [InlineData(HookPreset.Slack, "text")]
    [InlineData(HookPreset.Discord, "content")]
    [InlineData(HookPreset.Teams, "attachments")]
    public async Task A_preset_has_the_form_of_its_service_and_strangers_call_nobody(HookPreset preset, string member)
    {
        var (body, type) = await PresetAsync(preset);
        Assert.Equal("application/json", type);
        using var json = JsonDocument.Parse(body);
        Assert.True(json.RootElement.TryGetProperty(member, out var value));
        var text = value.GetRawText();
        Assert.Contains("alice", text);
        Assert.DoesNotContain("<!channel>", text);
        if (preset == HookPreset.Discord)
        {
            Assert.InRange(value.GetString()!.Length, 1, 2000);
            Assert.Equal(0, json.RootElement.GetProperty("allowed_mentions").GetProperty("parse").GetArrayLength());
        }
    }

    [Fact]
    public async Task Ntfy_gets_plain_text()
    {
        var (body, type) = await PresetAsync(HookPreset.Ntfy);
        Assert.Equal("text/plain; charset=utf-8", type);
        Assert.StartsWith("From a@far.test", body);
    }

    static async Task<(string Body, string Type)> PresetAsync(HookPreset preset)
    {
        await using var receiver = new HookReceiver();
        await using var world = await HookWorld.OpenAsync();
        await world.AddAsync(HookWorld.Wanted(receiver.Url) with { Preset = preset });
        var text =
            "From: a@far.test\r\nSubject: <!channel> @everyone "
            + new string('*', 3000)
            + "\r\n\r\n"
            + new string('_', 9000);
        await world.Test.ReceiveAsync(text, TestBackend.Alice);
        await world.WorkAsync();
        var request = Assert.Single(receiver.TakeAll());
        return (Encoding.UTF8.GetString(request.Body), request.Fields["content-type"]);
    }

    /// <summary>One of everything.</summary>
    static async Task HappenAsync(HookWorld world)
    {
        await world.Test.AddUserAsync("carol@example.test");
        await world.Test.ReceiveAsync(Rich, "carol@example.test");
        await world.Test.ReceiveAsync(
            "Subject: " + new string('x', 900) + "\r\n\r\n" + new string('y', 2000),
            "carol@example.test"
        );
        var transaction = world.Test.NewTransaction();
        var message = await world.Test.UploadAsync(transaction, "\r\n");
        var judged = new Evidence(
            DoorOutcome.Accept,
            "",
            "",
            "Authentication-Results: mx.test; spf=pass smtp.mailfrom=far.test; dkim=fail reason=\"no key\" header.d=far.test\r\n",
            [new ContentHit("RULE", 1.5m, "It is so")],
            []
        );
        var request = TestBackend.Request(transaction, message, TestBackend.Alice) with { Evidence = judged };
        await world.Test.Gateway.ReceiveAsync(request, default);
        await world.Test.Gateway.KeepRefusedAsync(
            new(world.Test.NewTransaction(), [EmailAddress.TryParse(TestBackend.Alice)!], judged),
            default
        );
        foreach (var answer in new[] { ScriptedRelay.Take, ScriptedRelay.Defer, ScriptedRelay.Refuse })
        {
            world.Relay.Answer = answer;
            await world.Test.SubmitAsync("From: alice@example.test\r\n\r\n", TestBackend.Alice, "bob@there.test");
            await world.Test.Backend.Sending.Worker.WorkAsync(_ => { }, default);
        }
    }
}
