using System.Text;
using System.Text.Json;
using Cloud.Flow.Hooks;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Flow.Hooks;

/// <summary>Mail comes in, and an endpoint is told of it.</summary>
public sealed class DeliveryTests
{
    [Fact]
    public async Task A_message_is_told_once_signed_so_that_others_can_check_it()
    {
        await using var receiver = new HookReceiver();
        await using var world = await HookWorld.OpenAsync();
        var hook = await world.AddAsync(HookWorld.Wanted(receiver.Url) with { Domain = "example.test" });
        await world.Test.ReceiveAsync(HookWorld.Text, TestBackend.Alice);
        await world.WorkAsync();

        var request = Assert.Single(receiver.TakeAll());
        Assert.Equal("application/json", request.Fields["content-type"]);
        Assert.True(await Verifier.IsSignedAsync(request, hook.Secret!));
        Assert.True(await Verifier.IsSignedByKeyAsync(request, hook.PublicKey!));
        var altered = request.Body.ToArray();
        altered[^2] ^= 1;
        Assert.False(await Verifier.IsSignedAsync(request, hook.Secret!, altered));

        Assert.Equal("message.received", request.Json.GetProperty("type").GetString());
        Assert.Equal(request.Id, request.Json.GetProperty("id").GetString());
        var data = request.Data;
        Assert.Equal("sender@elsewhere.test", data.GetProperty("envelope").GetProperty("from").GetString());
        Assert.Equal("alice@example.test", data.GetProperty("envelope").GetProperty("to")[0].GetString());
        Assert.Equal("An order", data.GetProperty("subject").GetString());
        Assert.Equal("Two of them.", data.GetProperty("reply").GetString()!.Trim());
        Assert.Contains("How many?", data.GetProperty("text").GetString());
        Assert.Equal("Ann", data.GetProperty("from")[0].GetProperty("name").GetString());
    }

    [Fact]
    public async Task Each_account_has_its_own_event_and_a_repetition_none()
    {
        await using var receiver = new HookReceiver();
        await using var world = await HookWorld.OpenAsync();
        await world.AddAsync(receiver.Url);
        var transaction = world.Test.NewTransaction();
        var message = await world.Test.UploadAsync(transaction, HookWorld.Text);
        var request = TestBackend.Request(transaction, message, TestBackend.Alice, TestBackend.Bob);
        await world.Test.Gateway.ReceiveAsync(request, default);
        await world.Test.Gateway.ReceiveAsync(request, default);
        await world.WorkAsync();
        var told = receiver.TakeAll();
        Assert.Equal(2, told.Count);
        Assert.Equal(2, told.Select(one => one.Id).Distinct().Count());
        Assert.Equal(
            [TestBackend.Alice, TestBackend.Bob],
            told.Select(one => one.Data.GetProperty("address").GetString()!).Order()
        );
    }

    [Fact]
    public async Task Who_asks_for_one_of_several_addresses_of_an_account_hears_of_it_once()
    {
        await using var receiver = new HookReceiver();
        await using var world = await HookWorld.OpenAsync();
        await world.AddAsync(HookWorld.Wanted(receiver.Url) with { Address = "alice+orders@*" });
        await world.Test.ReceiveAsync(HookWorld.Text, TestBackend.Alice, "alice+orders@example.test");
        await world.WorkAsync();
        var envelope = Assert.Single(receiver.TakeAll()).Data.GetProperty("envelope");
        Assert.Equal(2, envelope.GetProperty("recipients").GetInt32());
        Assert.Equal("alice+orders@example.test", envelope.GetProperty("to")[1].GetString());
    }

    [Fact]
    public async Task What_could_not_be_told_is_not_filed_for_good_and_told_later()
    {
        await using var receiver = new HookReceiver();
        await using var world = await HookWorld.OpenAsync();
        await world.AddAsync(receiver.Url);
        world.Outage.Fails = "hooks";
        var answer = await world.Test.ReceiveAsync(HookWorld.Text, TestBackend.Alice);
        Assert.Equal(Cloud.Api.Gateway.ReceiveStatus.Accepted, answer.Status);
        world.Outage.Fails = null;
        await world.Test.Backend.Inbound.WorkAsync(default);
        await world.WorkAsync();
        Assert.Single(receiver.TakeAll());
        Assert.Single((await world.Test.OpenAsync(world.Test.AliceId)).Entries);
    }

    [Theory]
    [InlineData("*@far.test", null, null, true)]
    [InlineData("*@near.test", null, null, false)]
    [InlineData(null, "*order*", null, true)]
    [InlineData(null, "*invoice*", null, false)]
    [InlineData(null, null, "X-Kind", false)]
    [InlineData(null, null, "Subject", true)]
    public async Task A_rule_says_which_messages_are_told(string? sender, string? subject, string? header, bool isTold)
    {
        await using var receiver = new HookReceiver();
        await using var world = await HookWorld.OpenAsync();
        var rule = new HookRule
        {
            Sender = sender,
            Subject = subject,
            Header = header,
        };
        await world.AddAsync(HookWorld.Wanted(receiver.Url) with { Rule = rule });
        await world.Test.ReceiveAsync(HookWorld.Text, TestBackend.Alice);
        await world.WorkAsync();
        Assert.Equal(isTold ? 1 : 0, receiver.TakeAll().Count);
    }

    [Fact]
    public async Task A_subscription_is_limited_to_a_domain_an_address_or_a_mailbox()
    {
        await using var receiver = new HookReceiver();
        await using var world = await HookWorld.OpenAsync();
        var wanted = HookWorld.Wanted(receiver.Url);
        await world.AddAsync(wanted with { Domain = "other.test", Url = receiver.Url + "/domain" });
        await world.AddAsync(wanted with { Address = "b*@example.test", Url = receiver.Url + "/address" });
        var account = world.Test.AliceId.Value;
        await world.AddAsync(
            wanted with
            {
                Mailbox = TestBackend.Alice,
                Account = account,
                Url = receiver.Url + "/box",
            }
        );
        await world.Test.ReceiveAsync(HookWorld.Text, TestBackend.Alice);
        await world.Test.ReceiveAsync(HookWorld.Text, TestBackend.Bob);
        await world.WorkAsync();
        Assert.Equal(["/hook/address", "/hook/box"], receiver.TakeAll().Select(one => one.Path).Order());
    }

    [Fact]
    public async Task A_thin_payload_has_ids_and_nothing_of_the_message()
    {
        await using var receiver = new HookReceiver();
        await using var world = await HookWorld.OpenAsync();
        await world.AddAsync(HookWorld.Wanted(receiver.Url) with { Payload = HookPayload.Thin });
        await world.Test.ReceiveAsync(HookWorld.Text, TestBackend.Alice);
        await world.WorkAsync();
        var request = Assert.Single(receiver.TakeAll());
        Assert.DoesNotContain("order", Encoding.UTF8.GetString(request.Body));
        var email = request.Data.GetProperty("email").GetString();
        Assert.Equal($"{(await world.Test.OpenAsync(world.Test.AliceId)).Entries.Single().Email}", email);
        Assert.Equal(world.Test.AliceId.Value, request.Data.GetProperty("account").GetString());
    }

    [Fact]
    public async Task A_message_that_is_gone_by_then_is_told_with_a_note()
    {
        await using var receiver = new HookReceiver();
        await using var world = await HookWorld.OpenAsync();
        await world.AddAsync(receiver.Url);
        await world.Test.ReceiveAsync(HookWorld.Text, TestBackend.Alice);
        await world.Test.Admin.RemoveUserAsync(TestBackend.Alice, default);
        await world.WorkAsync();
        var data = Assert.Single(receiver.TakeAll()).Data;
        Assert.Equal("The message is not here any more", data.GetProperty("note").GetString());
        Assert.Equal("An order", data.GetProperty("subject").GetString());
        Assert.False(data.TryGetProperty("text", out _));
    }

    [Fact]
    public async Task Attachments_are_linked_or_put_in_up_to_a_limit()
    {
        const string text =
            "Subject: With\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nHello\r\n--x\r\n"
            + "Content-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nQUJD\r\n--x--\r\n";
        await using var receiver = new HookReceiver();
        var options = new HookOptions { AllowPrivate = true, PublicUrl = new("https://mail.example.test") };
        await using var world = await HookWorld.OpenAsync(options);
        await world.AddAsync(HookWorld.Wanted(receiver.Url + "/in") with { Inline = 3 });
        await world.AddAsync(HookWorld.Wanted(receiver.Url + "/link") with { Inline = 2 });
        await world.Test.ReceiveAsync(text, TestBackend.Alice);
        await world.WorkAsync();
        var told = receiver.TakeAll().ToDictionary(one => one.Path, one => one.Data.GetProperty("attachments")[0]);
        Assert.Equal("QUJD", told["/hook/in"].GetProperty("content").GetString());
        var link = told["/hook/link"];
        Assert.Equal(("a.pdf", 3), (link.GetProperty("name").GetString(), link.GetProperty("size").GetInt32()));
        var token = link.GetProperty("url").GetString()!["https://mail.example.test/api/v1/links/".Length..];
        var links = world.Test.Backend.Hooks.Links;
        Assert.Equal("2", (await links.OpenAsync(token, default))!.Part);
        Assert.Null(await links.OpenAsync(token[..^2] + "AA", default));
        world.Clock.Advance(options.LinkLife);
        Assert.Null(await links.OpenAsync(token, default));
    }

    [Fact]
    public async Task A_rotated_secret_overlaps_with_the_old_one_for_a_while()
    {
        await using var receiver = new HookReceiver();
        await using var world = await HookWorld.OpenAsync();
        var old = await world.AddAsync(receiver.Url);
        var fresh = (await world.Control.RotateAsync(old.Hook.Id, TimeSpan.FromDays(1), pair: false, default))!;
        await world.Test.ReceiveAsync(HookWorld.Text, TestBackend.Alice);
        await world.WorkAsync();
        var request = Assert.Single(receiver.TakeAll());
        Assert.True(await Verifier.IsSignedAsync(request, old.Secret!));
        Assert.True(await Verifier.IsSignedAsync(request, fresh.Secret!));
        world.Clock.Advance(TimeSpan.FromDays(1));
        await world.Test.ReceiveAsync(HookWorld.Text, TestBackend.Alice);
        await world.WorkAsync();
        request = Assert.Single(receiver.TakeAll());
        Assert.False(await Verifier.IsSignedAsync(request, old.Secret!));
        Assert.True(await Verifier.IsSignedAsync(request, fresh.Secret!));
    }

    [Fact]
    public async Task A_rotated_pair_overlaps_with_the_old_one_for_a_while()
    {
        await using var receiver = new HookReceiver();
        await using var world = await HookWorld.OpenAsync();
        var old = await world.AddAsync(receiver.Url);
        var fresh = (await world.Control.RotateAsync(old.Hook.Id, TimeSpan.FromDays(1), pair: true, default))!;
        Assert.NotEqual(old.PublicKey, fresh.PublicKey);
        await world.Test.ReceiveAsync(HookWorld.Text, TestBackend.Alice);
        await world.WorkAsync();
        var request = Assert.Single(receiver.TakeAll());
        Assert.True(await Verifier.IsSignedByKeyAsync(request, old.PublicKey!));
        Assert.True(await Verifier.IsSignedByKeyAsync(request, fresh.PublicKey!));
        world.Clock.Advance(TimeSpan.FromDays(1));
        await world.Test.ReceiveAsync(HookWorld.Text, TestBackend.Alice);
        await world.WorkAsync();
        request = Assert.Single(receiver.TakeAll());
        Assert.False(await Verifier.IsSignedByKeyAsync(request, old.PublicKey!));
        Assert.True(await Verifier.IsSignedByKeyAsync(request, fresh.PublicKey!));
    }

    [Fact]
    public async Task Links_of_before_the_links_secret_was_changed_open_for_as_long_as_is_said()
    {
        await using var world = await HookWorld.OpenAsync();
        var links = world.Test.Backend.Hooks.Links;
        var target = new LinkTarget(world.Test.AliceId, new(1), null, world.Clock.GetUtcNow() + TimeSpan.FromDays(9));
        var old = await links.TokenAsync(target, default);
        await links.RotateAsync(TimeSpan.FromHours(2), default);
        var fresh = await links.TokenAsync(target, default);
        Assert.NotEqual(old, fresh);
        Assert.Equal(target, await links.OpenAsync(old, default));
        world.Clock.Advance(TimeSpan.FromHours(2));
        Assert.Null(await links.OpenAsync(old, default));
        Assert.Equal(target, await links.OpenAsync(fresh, default));
        await links.RotateAsync(TimeSpan.Zero, default);
        Assert.Null(await links.OpenAsync(fresh, default));
    }

    [Fact]
    public async Task One_more_webhook_than_an_event_can_go_to_is_refused_and_none_is_left_out_silently()
    {
        await using var world = await HookWorld.OpenAsync();
        for (var i = 0; i < Hook.MaxOfEvent; i++)
            await world.AddAsync("https://127.0.0.1:1/");
        var (made, fault) = await world.Control.AddAsync(HookWorld.Wanted("https://127.0.0.1:1/"), default);
        Assert.Null(made);
        Assert.StartsWith("100 webhooks may hear of one message.received already", fault);

        // What is made for something else, and then changed, is told of when it comes to that.
        var another = await world.AddAsync("https://127.0.0.1:1/", MailEventKind.Filed);
        await world.Control.ChangeAsync(
            another.Hook.Id,
            hook => hook with { Events = [MailEventKind.Received] },
            default
        );
        await world.Test.ReceiveAsync(HookWorld.Text, TestBackend.Alice);
        Assert.Contains(
            world.Logged.Lines,
            line => line.StartsWith("101 webhooks ask for event", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Webhooks_of_different_places_do_not_count_together()
    {
        await using var world = await HookWorld.OpenAsync();
        for (var i = 0; i < Hook.MaxOfEvent; i++)
            await world.AddAsync(HookWorld.Wanted("https://127.0.0.1:1/") with { Address = $"a{i}@example.test" });
        Assert.NotNull(await world.AddAsync("https://127.0.0.1:1/"));
        Assert.NotNull(await world.AddAsync(HookWorld.Wanted("https://127.0.0.1:1/") with { Domain = "other.test" }));
    }

    [Fact]
    public async Task A_test_event_reaches_the_endpoint_whatever_it_asks_for()
    {
        await using var receiver = new HookReceiver();
        await using var world = await HookWorld.OpenAsync();
        var hook = await world.AddAsync(
            HookWorld.Wanted(receiver.Url, MailEventKind.Bounced) with
            {
                Rule = new() { Header = "List-Id", Sender = "nobody@else.test" },
            }
        );
        var id = await world.Control.TestAsync(hook.Hook.Id, default);
        await world.WorkAsync();
        var request = Assert.Single(receiver.TakeAll());
        Assert.Equal((id, "hook.test"), (request.Id, request.Json.GetProperty("type").GetString()));
    }
}
