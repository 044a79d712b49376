using Cloud.Flow.Hooks;
using Cloud.Flow.Outbound;
using Cloud.Flow.Outbound.Forwarding;
using Cloud.Mail;
using Cloud.Tests.Fakes;
using Cloud.Tests.Flow.Outbound;
using Cloud.Tests.Flow.Outbound.Forwarding;
using Cloud.Tests.Flow.Outbound.Returned;

namespace Cloud.Tests.Flow.Hooks;

/// <summary>What becomes of mail that goes out.</summary>
public sealed class OutboundEventTests
{
    const string Text = "From: alice@example.test\r\nSubject: Greetings\r\n\r\nHow are you?\r\n";

    static readonly MailEventKind[] All =
    [
        MailEventKind.Sent,
        MailEventKind.Delivered,
        MailEventKind.Deferred,
        MailEventKind.Bounced,
        MailEventKind.Complained,
    ];

    [Fact]
    public async Task A_message_is_told_when_it_is_taken_and_when_it_is_delivered()
    {
        await using var receiver = new HookReceiver();
        await using var world = await HookWorld.OpenAsync();
        await world.AddAsync(HookWorld.Wanted(receiver.Url, All) with { Domain = "example.test" });
        await world.Test.SubmitAsync(Text, TestBackend.Alice, "bob@there.test");
        await SendAsync(world);
        var told = Told(receiver);
        Assert.Equal(["message.sent", "message.delivered"], told.Select(one => one.Type));
        Assert.Single(told.Select(one => one.Request.Data.GetProperty("trace").GetString()).Distinct());
        var delivery = told[1].Request.Data.GetProperty("delivery");
        Assert.Equal("bob@there.test", delivery.GetProperty("recipient").GetString());
        Assert.Equal("mx.there.test", delivery.GetProperty("host").GetString());
    }

    [Fact]
    public async Task What_an_application_wrote_on_its_message_is_told_with_what_becomes_of_it()
    {
        await using var receiver = new HookReceiver();
        await using var world = await HookWorld.OpenAsync();
        await world.AddAsync(receiver.Url, All);
        var request = await world.Test.PrepareAsync(Text, TestBackend.Alice, "bob@there.test");
        var labels = new SendLabels("", ["order"], new Dictionary<string, string> { ["number"] = "17" });
        await world.Test.Gateway.SubmitAsync(request with { Labels = labels }, default);
        await SendAsync(world);
        var told = Told(receiver);
        Assert.Equal(2, told.Count);
        Assert.All(told, one => Assert.Equal("order", one.Request.Data.GetProperty("tags")[0].GetString()));
        Assert.All(
            told,
            one => Assert.Equal("17", one.Request.Data.GetProperty("metadata").GetProperty("number").GetString())
        );
    }

    [Fact]
    public async Task Each_attempt_that_fails_is_told_and_the_end()
    {
        await using var receiver = new HookReceiver();
        await using var world = await HookWorld.OpenAsync();
        await world.AddAsync(receiver.Url, All);
        world.Relay.Answer = ScriptedRelay.Defer;
        await world.Test.SubmitAsync(Text, TestBackend.Alice, "bob@there.test");
        await SendAsync(world);
        world.Clock.Advance(TimeSpan.FromHours(1));
        await SendAsync(world);
        world.Relay.Answer = ScriptedRelay.Refuse;
        world.Clock.Advance(TimeSpan.FromHours(4));
        await SendAsync(world);
        var told = Told(receiver);
        Assert.Equal(
            ["message.sent", "message.deferred", "message.deferred", "message.bounced"],
            told.Select(one => one.Type)
        );
        Assert.Equal(4, told.Select(one => one.Request.Id).Distinct().Count());
        Assert.Equal("5.1.1", told[3].Request.Data.GetProperty("delivery").GetProperty("status").GetString());
        Assert.True(told[1].Request.Data.GetProperty("delivery").TryGetProperty("next", out _));
    }

    [Fact]
    public async Task Who_calls_a_message_junk_is_told_with_that_message()
    {
        await using var receiver = new HookReceiver();
        await using var world = await HookWorld.OpenAsync();
        await world.Test.Admin.AddAliasAsync("abuse@example.test", [TestBackend.Bob], default);
        await world.AddAsync(receiver.Url, MailEventKind.Complained);
        var request = await world.Test.PrepareAsync(Text, TestBackend.Alice, "bert@there.test");
        var labels = new SendLabels("", ["order"], new Dictionary<string, string>());
        await world.Test.Gateway.SubmitAsync(request with { Labels = labels }, default);
        await SendAsync(world);
        var report = ComplaintTests.Report($"{request.Transaction}", "abuse", "bert@there.test");
        await world.Test.ReceiveAsync(report, "abuse@example.test");
        await world.WorkAsync();

        var (type, told) = Assert.Single(Told(receiver));
        Assert.Equal("message.complained", type);
        Assert.Equal("bert@there.test", told.Data.GetProperty("envelope").GetProperty("to")[0].GetString());
        Assert.StartsWith("abuse, as ", told.Data.GetProperty("reason").GetString());
        Assert.Equal("order", told.Data.GetProperty("tags")[0].GetString());
        Assert.Equal($"{request.Transaction}", told.Data.GetProperty("trace").GetString());
    }

    [Fact]
    public async Task A_bounce_that_comes_to_a_recipients_own_return_path_is_told_with_that_message()
    {
        await using var receiver = new HookReceiver();
        await using var world = await HookWorld.OpenAsync();
        await world.Test.Admin.SetVerpAsync(TestBackend.Alice, usesVerp: true, default);
        await world.AddAsync(receiver.Url, MailEventKind.Bounced);
        await world.Test.SubmitAsync(Text, TestBackend.Alice, "bert@there.test");
        await SendAsync(world);
        var job = Assert.Single(world.Relay.Jobs);
        var bert = EmailAddress.TryParse("bert@there.test")!;
        var path = Verp.PathOf(job.Message.From, bert, job.VerpTags!(bert));
        await ReturnAsync(world, VerpBounceTests.Report($"{job.Message.Id}"), $"{path}");
        await world.WorkAsync();

        var (type, told) = Assert.Single(Told(receiver));
        Assert.Equal("message.bounced", type);
        Assert.Equal($"{job.Message.Id}", told.Data.GetProperty("trace").GetString());
        var delivery = told.Data.GetProperty("delivery");
        Assert.Equal("bert@there.test", delivery.GetProperty("recipient").GetString());
        Assert.Equal("5.1.1", delivery.GetProperty("status").GetString());
    }

    /// <summary>A report comes in, from nobody.</summary>
    static async Task ReturnAsync(HookWorld world, string text, string to)
    {
        var transaction = world.Test.NewTransaction();
        var message = await world.Test.UploadAsync(transaction, text);
        var request = TestBackend.Request(transaction, message, to);
        await world.Test.Gateway.ReceiveAsync(
            request with
            {
                Envelope = request.Envelope with { From = null },
            },
            default
        );
    }

    [Fact]
    public async Task Mail_between_users_is_told_as_delivered_where_somebody_asked()
    {
        await using var receiver = new HookReceiver();
        await using var world = await HookWorld.OpenAsync();
        await world.AddAsync(receiver.Url, All);
        await world.Test.SubmitAsync(Text, TestBackend.Alice, TestBackend.Bob);
        await SendAsync(world);
        Assert.Equal(["message.sent", "message.delivered"], Told(receiver).Select(one => one.Type));
        Assert.Single((await world.Test.OpenAsync(world.Test.BobId)).Entries);
    }

    [Fact]
    public async Task A_mail_is_not_sent_twice_because_its_event_could_not_be_told()
    {
        await using var world = await HookWorld.OpenAsync();
        await world.AddAsync("https://hooks.test/", MailEventKind.Delivered);
        await world.Test.SubmitAsync(Text, TestBackend.Alice, "bob@there.test");
        world.Outage.Fails = "hooks";
        await world.Clock.RunAsync(SendAsync(world), TimeSpan.FromSeconds(1));
        world.Outage.Fails = null;
        world.Clock.Advance(TimeSpan.FromDays(1));
        await SendAsync(world);
        Assert.Single(world.Relay.Taken);
    }

    [Fact]
    public async Task A_message_whose_event_cannot_be_told_is_not_taken()
    {
        await using var world = await HookWorld.OpenAsync();
        await world.AddAsync("https://hooks.test/", MailEventKind.Sent);
        world.Outage.Fails = "hooks";
        await Assert.ThrowsAnyAsync<Exception>(() => world.Test.SubmitAsync(Text, TestBackend.Alice, "bob@there.test"));
        await SendAsync(world);
        Assert.Empty(world.Relay.Taken);
    }

    [Fact]
    public async Task What_the_door_refuses_is_told_for_the_domain_it_was_for()
    {
        await using var receiver = new HookReceiver();
        await using var world = await HookWorld.OpenAsync();
        await world.AddAsync(receiver.Url, MailEventKind.Rejected);
        var evidence = new Cloud.Flow.Door.Evidence(
            Cloud.Flow.Door.DoorOutcome.Reject,
            "7.1",
            "It looks like spam",
            "",
            [],
            []
        );
        var refused = new Cloud.Api.Gateway.RefusedRequest(
            world.Test.NewTransaction(),
            [EmailAddress.TryParse(TestBackend.Alice)!, EmailAddress.TryParse(TestBackend.Bob)!],
            evidence
        );
        await world.Test.Gateway.KeepRefusedAsync(refused, default);
        await world.WorkAsync();
        var request = Assert.Single(receiver.TakeAll());
        Assert.Equal("message.rejected", request.Json.GetProperty("type").GetString());
        Assert.Equal("It looks like spam", request.Data.GetProperty("reason").GetString());
        Assert.Equal(2, request.Data.GetProperty("envelope").GetProperty("recipients").GetInt32());
    }

    [Fact]
    public async Task An_account_that_fills_up_is_told_once_for_each_mark()
    {
        await using var receiver = new HookReceiver();
        await using var world = await HookWorld.OpenAsync(store: new() { SoleOwner = true, Quota = 1000 });
        await world.Test.AddUserAsync("carol@example.test");
        await world.AddAsync(receiver.Url, MailEventKind.Quota);
        for (var i = 0; i < 20; i++)
            await world.Test.ReceiveAsync("Subject: " + new string('x', 88) + "\r\n\r\n", "carol@example.test");
        await world.WorkAsync();
        Assert.Equal(
            [80, 95],
            receiver.TakeAll().Select(one => one.Data.GetProperty("quota").GetProperty("percent").GetInt32()).Order()
        );
    }

    static async Task SendAsync(HookWorld world)
    {
        while (await world.Test.Backend.Sending.Worker.WorkAsync(_ => { }, default) > 0)
            continue;
        await world.WorkAsync();
    }

    static List<(string Type, HookRequest Request)> Told(HookReceiver receiver) =>
        [.. receiver.TakeAll().Select(one => (one.Json.GetProperty("type").GetString()!, one))];
}
