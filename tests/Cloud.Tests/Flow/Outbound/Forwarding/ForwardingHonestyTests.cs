using Cloud.Api.Gateway;
using Cloud.Flow.Door;
using Cloud.Flow.Outbound;
using Cloud.Flow.Outbound.Forwarding;
using Cloud.Mail;
using Cloud.Store.Outbox;
using Cloud.Tests.Fakes;
using Cloud.Trust.Content;

namespace Cloud.Tests.Flow.Outbound.Forwarding;

/// <summary>Who gets nothing is told of, and what a sender asked for goes as far as his message.</summary>
public sealed class ForwardingHonestyTests
{
    const string Sales = "sales@example.test";
    const string Far = "ann@far.test";
    const string You = "you@outside.test";
    const string Text = "From: ann@far.test\r\nSubject: Hello\r\n\r\nWell?\r\n";
    const string Own =
        "From: alice@example.test\r\nDate: Fri, 2 Jan 2026 03:04:05 +0000\r\nMessage-ID: <2@example.test>\r\n\r\nHi\r\n";

    static readonly Evidence Spam = new(DoorOutcome.Junk, "", "Points", "", [new ContentHit("X", 9, "it is")], [])
    {
        IsByScore = true,
    };

    static async Task<ForwardingWorld> OpenAsync(params string[] targets)
    {
        var world = await ForwardingWorld.OpenAsync();
        await world.Admin.AddAliasAsync(Sales, targets, default);
        return world;
    }

    [Fact]
    public async Task Mailboxes_behind_an_address_keep_what_goes_in_a_circle()
    {
        var world = await OpenAsync(You, TestBackend.Bob);
        var result = await world.ReceiveAsync(Far, $"Delivered-To: {Sales}\r\n{Text}", Sales);
        Assert.Equal(ReceiveStatus.Accepted, result.Status);
        await world.WorkAsync();
        Assert.Empty(world.Relay.Taken);
        Assert.EndsWith(Text, Assert.Single(await world.InboxAsync(world.Test.BobId)));
    }

    [Fact]
    public async Task The_sender_of_spam_hears_of_nobody_who_gets_nothing()
    {
        var world = await OpenAsync(You);
        var result = await world.ReceiveAsync(Far, Text, Spam, Sales, TestBackend.Bob);
        Assert.Equal(ReceiveStatus.Accepted, result.Status);
        await world.WorkAsync();
        await world.WorkAsync();
        Assert.Empty(world.Relay.Taken);
        Assert.Single((await world.Test.OpenAsync(world.Test.BobId, "Junk")).Entries);
    }

    [Fact]
    public async Task A_sender_whose_name_is_proven_hears_of_what_was_taken_for_spam()
    {
        var world = await OpenAsync(You);
        var result = await world.ReceiveAsync(Far, Text, Spam with { IsAuthenticated = true }, Sales, TestBackend.Bob);
        Assert.Equal(ReceiveStatus.Accepted, result.Status);
        await world.WorkAsync();
        await world.WorkAsync();
        var (_, recipient, content) = Assert.Single(world.Relay.Taken);
        Assert.Equal(Far, recipient);
        Assert.Contains("Status: 5.7.1", content);
        Assert.Contains($"Final-Recipient: rfc822; {Sales}", content);
        Assert.DoesNotContain("Well?", content);
        Assert.Single((await world.Test.OpenAsync(world.Test.BobId, "Junk")).Entries);
    }

    [Fact]
    public async Task A_sender_hears_of_the_recipient_who_gets_nothing_though_others_do()
    {
        var world = await OpenAsync(You);
        var text = $"Delivered-To: {Sales}\r\n{Text}";
        foreach (var from in new[] { Far, null })
        {
            var result = await world.ReceiveAsync(from, text, Sales, TestBackend.Bob, Sales);
            Assert.Equal(ReceiveStatus.Accepted, result.Status);
        }
        await world.WorkAsync();
        await world.WorkAsync();
        var (_, recipient, content) = Assert.Single(world.Relay.Taken);
        Assert.Equal(Far, recipient);
        Assert.Contains("Status: 5.4.6", content);
        Assert.Contains("Action: failed", content);
        Assert.Contains(Sales, content);
        Assert.DoesNotContain("Well?", content);
        Assert.Equal(2, (await world.Test.OpenAsync(world.Test.BobId, "INBOX")).Entries.Count);
        Assert.Equal(2, world.BlobNames.Count);
    }

    [Fact]
    public async Task Spam_for_users_who_keep_nothing_else_is_kept()
    {
        var world = await OpenAsync(You);
        await world.Admin.ForwardAsync(TestBackend.Alice, [You], keeps: false, default);
        Assert.Equal(ReceiveStatus.Accepted, (await world.ReceiveAsync(Far, Text, Spam, TestBackend.Alice)).Status);
        await world.WorkAsync();
        Assert.Empty(world.Relay.Taken);
        Assert.Single((await world.Test.OpenAsync(world.Test.AliceId, "Junk")).Entries);
    }

    [Fact]
    public async Task A_user_of_ours_hears_of_a_circle_for_each_recipient()
    {
        var world = await OpenAsync(You);
        var request = await world.Test.PrepareAsync(
            $"Delivered-To: {Sales}\r\n{Own}",
            TestBackend.Alice,
            Sales,
            TestBackend.Bob,
            "x@there.test"
        );
        await world.Test.Gateway.SubmitAsync(request, default);
        await world.WorkAsync();
        await world.WorkAsync();
        Assert.Equal("x@there.test", Assert.Single(world.Relay.Taken).Recipient);
        Assert.Single(await world.InboxAsync(world.Test.BobId));
        Assert.Contains("Status: 5.4.6", Assert.Single(await world.InboxAsync(world.Test.AliceId)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_a_user_asks_for_holds_as_far_as_the_message_goes(bool isAlone)
    {
        var world = await OpenAsync(You);
        var request = await world.Test.PrepareAsync(Own, TestBackend.Alice, Sales);
        var by = new DeliverBy(world.Clock.GetUtcNow().AddHours(1), Returns: true);
        request = request with
        {
            Options = new()
            {
                RequireTls = true,
                DeliverBy = by,
                Priority = 4,
                Body = BodyType.Binary,
            },
        };
        if (!isAlone)
            request = request with
            {
                Recipients = [.. request.Recipients, new(EmailAddress.TryParse("x@there.test")!)],
            };
        await world.Test.Gateway.SubmitAsync(request, default);
        await world.WorkAsync();
        await world.WorkAsync();
        var options = world.Relay.Jobs.Single(job => job.NextHop == "outside.test").Message.Options;
        Assert.Equal(
            (true, by, 4, BodyType.Binary),
            (options.RequireTls, options.DeliverBy, options.Priority, options.Body)
        );
    }

    [Theory]
    [InlineData("SUCCESS,FAILURE", "SUCCESS,FAILURE", "FAILURE")]
    [InlineData("success", "success", "NEVER")]
    [InlineData(null, null, null)]
    public async Task Success_is_told_by_others_only_where_one_address_stands_for_one(
        string? notify,
        string? alone,
        string? among
    )
    {
        var world = await OpenAsync(You);
        await world.Admin.AddAliasAsync("two@example.test", ["a@two.test", "b@two.test"], default);
        await world.Admin.AddAliasAsync("both@example.test", ["c@both.test", TestBackend.Bob], default);
        var request = await world.Test.PrepareAsync(Own, TestBackend.Alice, Sales);
        request = request with
        {
            Recipients =
            [
                .. new[] { Sales, "two@example.test", "both@example.test" }.Select(to => new OutboundRecipient(
                    EmailAddress.TryParse(to)!,
                    notify
                )),
            ],
        };
        await world.Test.Gateway.SubmitAsync(request, default);
        await world.WorkAsync();
        await world.WorkAsync();
        foreach (var job in world.Relay.Jobs)
        {
            var expected = job.NextHop == "outside.test" ? alone : among;
            Assert.All(job.Recipients, to => Assert.Equal(expected, to.Recipient.Notify));
        }
        Assert.Equal(3, world.Relay.Jobs.Count);
    }

    [Fact]
    public async Task A_stranger_who_takes_a_name_of_ours_gets_no_mail_out_under_it()
    {
        var world = await OpenAsync(You);
        var judged = new Evidence(DoorOutcome.Accept, "", "", "", [], []);
        await world.ReceiveAsync(TestBackend.Bob, Text, judged, Sales);
        await world.WorkAsync();
        var path = $"{world.Relay.Jobs.Single().Message.From}";
        Assert.StartsWith("SRS0=", path);
        Assert.Equal(RecipientVerdict.Ok, await world.CheckAsync(null, path));
        await world.ReceiveAsync(null, "Subject: Bounced\r\n\r\nNo\r\n", path);
        await world.WorkAsync();
        Assert.Contains("Bounced", Assert.Single(await world.InboxAsync(world.Test.BobId)));
    }

    [Fact]
    public async Task Fields_of_ours_beyond_Ascii_ask_for_servers_that_take_them()
    {
        var world = await OpenAsync(You);
        await world.Admin.AddAliasAsync("jürgen@example.test", [You], default);
        await world.ReceiveAsync(Far, Text, "jürgen@example.test");
        var found = new Evidence(DoorOutcome.Accept, "", "", "Authentication-Results: mx; x=ü\r\n", [], []);
        await world.ReceiveAsync(Far, Text, found, Sales);
        await world.WorkAsync();
        Assert.Equal(
            [(true, BodyType.EightBit), (false, BodyType.SevenBit)],
            world.Relay.Jobs.Select(job => (job.Message.Options.SmtpUtf8, job.Message.Options.Body))
        );
        Assert.DoesNotContain("ü", world.Relay.Taken.Last().Content);
    }

    [Fact]
    public void A_binary_body_is_still_one_when_it_is_passed_on() =>
        Assert.Equal(
            [BodyType.SevenBit, BodyType.EightBit, BodyType.Binary],
            new[] { (false, false), (true, false), (true, true) }.Select(body =>
                (TestBackend.Envelope(Sales) with { EightBit = body.Item1, IsBinary = body.Item2 }).Origin.Options.Body
            )
        );

    [Fact]
    public async Task Only_what_we_found_out_ourselves_is_sealed()
    {
        var world = await OpenAsync(You);
        foreach (var fields in new[] { "Authentication-Results: mx; spf=pass\r\n", "Received-SPF: pass\r\n" })
        {
            var found = new Evidence(DoorOutcome.Accept, "", "", fields, [], []);
            await world.ReceiveAsync(Far, "Authentication-Results: evil; spf=pass\r\n" + Text, found, Sales);
        }
        await world.WorkAsync();
        Assert.Equal(["example.test", null], world.Relay.Jobs.Select(job => job.Message.SealingDomain));
    }

    [Fact]
    public async Task What_strangers_write_to_in_vain_stays_off_the_lists_of_ours()
    {
        var world = await OpenAsync(You);
        world.Relay.Answer = ScriptedRelay.Refuse;
        await world.ReceiveAsync(Far, Text, Sales);
        await world.WorkAsync();
        await world.ReceiveAsync(TestBackend.Bob, Text, Sales);
        await world.WorkAsync();
        var list = world.Test.Backend.Sending.Suppression.ListAsync(SuppressionScope.Of("example.test"), default);
        Assert.Empty(list.ToBlockingEnumerable());
    }

    [Fact]
    public async Task Reports_to_another_forwarder_are_counted_together()
    {
        var limits = new ReturnLimits(new MemoryRows(), new ManualClock());
        for (var i = 0; i < 100; i++)
            Assert.True(await limits.TakeAsync(new($"SRS0=aaaa=aa=far.test=u{i}", "first.test"), default));
        Assert.False(await limits.TakeAsync(new("SRS0=bbbb=aa=far.test=ann", "first.test"), default));
        Assert.True(await limits.TakeAsync(new("SRS0=bbbb=aa=far.test=ann", "other.test"), default));
        Assert.True(await limits.TakeAsync(new("ann", "first.test"), default));
    }

    [Fact]
    public async Task A_mailbox_far_over_its_quota_keeps_no_copy_of_what_is_passed_on()
    {
        var world = await ForwardingWorld.OpenAsync(options: new() { SoleOwner = true, Quota = 400 });
        await world.Admin.ForwardAsync(TestBackend.Alice, [You], keeps: true, default);
        var text = Text + new string('x', 300) + "\r\n";
        for (var i = 0; i < 3; i++)
            Assert.Equal(ReceiveStatus.Accepted, (await world.ReceiveAsync(Far, text, TestBackend.Alice)).Status);
        await world.WorkAsync();
        Assert.Single(await world.InboxAsync(world.Test.AliceId));
        Assert.Equal(3, world.Relay.Taken.Count);
        Assert.Single(world.BlobNames);
    }
}
