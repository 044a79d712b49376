using Cloud.Api.Admin;
using Cloud.Api.Gateway;
using Cloud.Flow.Door;
using Cloud.Flow.Outbound;
using Cloud.Mail;
using Cloud.Store.Outbox;
using Cloud.Tests.Fakes;
using Cloud.Trust.Content;

namespace Cloud.Tests.Flow.Outbound.Forwarding;

/// <summary>Mail that leads to addresses elsewhere, from RCPT to the other server and back.</summary>
public abstract class ForwardingTests(Hop hop)
{
    const string Sales = "sales@example.test";
    const string Far = "ann@far.test";
    const string You = "you@outside.test";
    const string Text =
        "Received: from x\r\nFrom: ann@far.test\r\nSubject: Hello\r\nMessage-ID: <1@far.test>\r\n\r\nWell?\r\n";

    ForwardingWorld world = null!;

    async Task<ForwardingWorld> OpenAsync() => world = await ForwardingWorld.OpenAsync(hop);

    [Fact]
    public async Task An_alias_leads_to_an_address_elsewhere_under_a_sender_that_leads_back()
    {
        await OpenAsync();
        await world.Admin.AddAliasAsync(Sales, [You], default);
        Assert.Equal(RecipientVerdict.Ok, await world.CheckAsync(Far, Sales));
        Assert.Equal(
            ReceiveStatus.Accepted,
            (await world.ReceiveAsync(Far, $"Return-Path: <{Far}>\r\n" + Text, Sales)).Status
        );
        await world.WorkAsync();

        var job = Assert.Single(world.Relay.Jobs);
        Assert.Equal([You], job.Recipients.Select(to => $"{to.Recipient.Address}"));
        Assert.Equal($"rfc822;{Sales}", job.Recipients[0].Recipient.OriginalRecipient);
        Assert.Matches("^SRS0=[a-z2-7]{8}=[a-z2-7]{2}=far\\.test=ann@example\\.test$", $"{job.Message.From}");
        Assert.Null(job.Message.SigningDomain);
        Assert.Equal(("Hello", "1@far.test"), (job.Message.Subject, job.Message.MessageId));
        var content = Assert.Single(world.Relay.Taken).Content!;
        Assert.Equal($"Delivered-To: {Sales}\r\n{Text}", content);
        Assert.Equal(Text.Length, job.Message.Size);
        // What another process has uploaded is left to the sweep.
        Assert.Equal(hop == default ? 0 : 1, world.BlobNames.Count);
    }

    [Fact]
    public async Task Mailboxes_here_and_addresses_elsewhere_get_it_together()
    {
        await OpenAsync();
        await world.Admin.AddAliasAsync(Sales, [You, TestBackend.Bob, "me@outside.test", "x@other.test"], default);
        await world.ReceiveAsync(Far, Text, Sales, TestBackend.Alice);
        await world.WorkAsync();
        Assert.Single(await world.InboxAsync(world.Test.AliceId));
        Assert.Single(await world.InboxAsync(world.Test.BobId));
        Assert.Equal(
            ["me@outside.test", "x@other.test", You],
            world.Relay.Taken.Select(taken => taken.Recipient).Order(StringComparer.Ordinal)
        );
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_user_s_mail_is_sent_on_and_kept_or_not(bool keeps)
    {
        await OpenAsync();
        await world.Admin.ForwardAsync(TestBackend.Alice, [You], keeps, default);
        var forward = Assert.Single(await world.Admin.ListForwardsAsync(default));
        Assert.Equal((TestBackend.Alice, You, keeps), (forward.Address, Assert.Single(forward.Targets), forward.Keeps));
        await world.ReceiveAsync(Far, Text, "alice+x@example.test");
        await world.WorkAsync();
        Assert.Equal(keeps ? 1 : 0, (await world.InboxAsync(world.Test.AliceId)).Count);
        Assert.Equal(You, Assert.Single(world.Relay.Taken).Recipient);
        // She still sends as herself, and nobody else does.
        Assert.Equal(RecipientVerdict.Ok, await world.CheckAsync(TestBackend.Alice, You, world.Test.AliceId));
        Assert.Equal(
            RecipientVerdict.SenderNotAllowed,
            await world.CheckAsync(TestBackend.Alice, You, world.Test.BobId)
        );

        await world.Admin.StopForwardAsync(TestBackend.Alice, default);
        await Assert.ThrowsAsync<AdminException>(() =>
            world.Admin.StopForwardAsync(TestBackend.Alice, default).AsTask()
        );
        await world.ReceiveAsync(Far, Text, TestBackend.Alice);
        await world.WorkAsync();
        Assert.Single(world.Relay.Taken);
        Assert.Empty(await world.Admin.ListForwardsAsync(default));
    }

    [Fact]
    public async Task Nothing_goes_elsewhere_that_nobody_here_has_asked_for()
    {
        await OpenAsync();
        await world.Admin.AddAliasAsync(Sales, [You], default);
        Assert.Equal(RecipientVerdict.NotLocal, await world.CheckAsync(Far, You));
        Assert.Equal(RecipientVerdict.NoSuchUser, await world.CheckAsync(Far, "nobody@example.test"));
        Assert.Equal(RecipientVerdict.NoSuchUser, await world.CheckAsync(Far, "you=outside.test@example.test"));
        Assert.Equal(ReceiveStatus.Rejected, (await world.ReceiveAsync(Far, Text, You)).Status);
        await world.WorkAsync();
        Assert.Empty(world.Relay.Jobs);
    }

    [Fact]
    public async Task Senders_of_ours_and_nobody_stay_as_they_are()
    {
        await OpenAsync();
        await world.Admin.AddAliasAsync(Sales, [You], default);
        await world.ReceiveAsync(TestBackend.Bob, Text, Sales);
        await world.ReceiveAsync(null, Text, Sales);
        await world.WorkAsync();
        Assert.Equal([TestBackend.Bob, null], world.Relay.Jobs.Select(job => job.Message.From?.ToString()));
    }

    [Fact]
    public async Task What_a_user_here_sends_to_such_an_alias_is_signed_as_ever()
    {
        await OpenAsync();
        await world.Admin.AddAliasAsync(Sales, [You], default);
        const string text =
            "From: alice@example.test\r\nDate: Fri, 2 Jan 2026 03:04:05 +0000\r\nMessage-ID: <2@example.test>\r\n\r\nHi\r\n";
        await world.Test.SubmitAsync(text, TestBackend.Alice, Sales);
        await world.Test.SubmitAsync(text, TestBackend.Alice, Sales, "x@there.test");
        await world.WorkAsync();
        await world.WorkAsync();
        var forwarded = world.Relay.Jobs.Where(job => job.NextHop == "outside.test").ToList();
        Assert.Equal(2, forwarded.Count);
        Assert.All(forwarded, job => Assert.Equal(TestBackend.Alice, $"{job.Message.From}"));
        Assert.All(forwarded, job => Assert.Equal("example.test", job.Message.SigningDomain));
        Assert.All(forwarded, job => Assert.Equal(32, job.Message.BodyHash.Length));
    }

    [Fact]
    public async Task A_report_comes_back_to_the_sender_and_its_own_failure_to_nobody()
    {
        await OpenAsync();
        await world.Admin.AddAliasAsync(Sales, [You], default);
        await world.ReceiveAsync(Far, Text, Sales);
        await world.WorkAsync();
        var path = $"{world.Relay.Jobs[0].Message.From}";

        Assert.Equal(RecipientVerdict.Ok, await world.CheckAsync(null, path.ToLowerInvariant()));
        Assert.Equal(RecipientVerdict.ReportsOnly, await world.CheckAsync("spam@bad.test", path));
        Assert.Equal(RecipientVerdict.BadReturnPath, await world.CheckAsync(null, path.Replace("=ann@", "=all@")));
        Assert.Equal(ReceiveStatus.Rejected, (await world.ReceiveAsync("spam@bad.test", Text, path)).Status);

        world.Relay.Answer = ScriptedRelay.Refuse;
        Assert.Equal(
            ReceiveStatus.Accepted,
            (await world.ReceiveAsync(null, "Subject: Bounced\r\n\r\nNo\r\n", path)).Status
        );
        await world.WorkAsync();
        var job = world.Relay.Jobs[1];
        Assert.Null(job.Message.From);
        Assert.Equal(Far, $"{job.Recipients.Single().Recipient.Address}");
        await world.WorkAsync();
        Assert.Equal(2, world.Relay.Jobs.Count);

        world.Clock.Advance(TimeSpan.FromDays(23));
        Assert.Equal(RecipientVerdict.BadReturnPath, await world.CheckAsync(null, path));
    }

    [Fact]
    public async Task Reports_to_one_sender_are_held_to_measure()
    {
        await OpenAsync();
        await world.Admin.AddAliasAsync(Sales, [You], default);
        await world.ReceiveAsync(Far, Text, Sales);
        await world.WorkAsync();
        var path = $"{world.Relay.Jobs[0].Message.From}";
        for (var i = 0; i < 100; i++)
            Assert.Equal(RecipientVerdict.Ok, await world.CheckAsync(null, path));
        Assert.Equal(RecipientVerdict.TooManyReports, await world.CheckAsync(null, path));
        world.Clock.Advance(TimeSpan.FromHours(2));
        Assert.Equal(RecipientVerdict.Ok, await world.CheckAsync(null, path));
    }

    [Fact]
    public async Task When_it_fails_elsewhere_the_sender_is_told_about_the_address_he_wrote_to()
    {
        await OpenAsync();
        await world.Admin.AddAliasAsync(Sales, [You], default);
        world.Relay.Answer = (job, to) =>
            job.NextHop == "outside.test" ? ScriptedRelay.Refuse(job, to) : ScriptedRelay.Take(job, to);
        await world.ReceiveAsync(Far, Text, Sales);
        await world.WorkAsync();
        await world.WorkAsync();
        var (_, recipient, content) = Assert.Single(world.Relay.Taken);
        Assert.Equal(Far, recipient);
        Assert.Null(world.Relay.Jobs[1].Message.From);
        Assert.Contains($"\r\nTo: {Far}\r\n", content);
        Assert.Contains($"Original-Recipient: rfc822;{Sales}", content!.Replace("; ", ";", StringComparison.Ordinal));
        Assert.Contains("Action: failed", content);
    }

    [Theory]
    [InlineData(DoorOutcome.Junk)]
    [InlineData(DoorOutcome.Quarantine)]
    public async Task Spam_is_kept_where_there_is_a_mailbox_and_refused_where_there_is_none(DoorOutcome outcome)
    {
        await OpenAsync();
        await world.Admin.AddAliasAsync(Sales, [You], default);
        await world.Admin.ForwardAsync(TestBackend.Alice, [You], keeps: true, default);
        await world.Admin.AddAliasAsync("both@example.test", [You, TestBackend.Bob], default);
        var spam = new Evidence(outcome, "", "Points", "", [new ContentHit("X", 9, "it is")], []) { IsByScore = true };

        var refused = await world.ReceiveAsync(Far, Text, spam, Sales);
        Assert.Equal((ReceiveStatus.Rejected, "7.1"), (refused.Status, refused.Code));
        Assert.Empty(world.BlobNames);
        Assert.Equal(ReceiveStatus.Accepted, (await world.ReceiveAsync(Far, Text, spam, TestBackend.Alice)).Status);
        Assert.Equal(ReceiveStatus.Accepted, (await world.ReceiveAsync(Far, Text, spam, "both@example.test")).Status);
        await world.WorkAsync();
        Assert.Empty(world.Relay.Jobs);
        Assert.Single((await world.Test.OpenAsync(world.Test.AliceId, "Junk")).Entries);
        Assert.Single((await world.Test.OpenAsync(world.Test.BobId, "Junk")).Entries);
    }

    [Fact]
    public async Task What_was_found_out_of_a_message_goes_along()
    {
        await OpenAsync();
        await world.Admin.AddAliasAsync(Sales, [You], default);
        var found = new Evidence(DoorOutcome.Accept, "", "", "Authentication-Results: mx; spf=pass\r\n", [], []);
        await world.ReceiveAsync(Far, Text, found, Sales);
        await world.WorkAsync();
        Assert.Equal(
            $"Authentication-Results: mx; spf=pass\r\nDelivered-To: {Sales}\r\n{Text}",
            world.Relay.Taken.Single().Content
        );
    }
}

public sealed class LocalForwardingTests() : ForwardingTests(default);

public sealed class HttpForwardingTests() : ForwardingTests(Hop.Stream);

public sealed class ClaimForwardingTests() : ForwardingTests(Hop.Claim);
