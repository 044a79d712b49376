using System.Text;
using Cloud.Flow.Outbound;
using Cloud.Mail;
using Cloud.Mail.Reports;
using Cloud.Store.Outbox;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Flow.Outbound;

/// <summary>What senders are told.</summary>
public sealed class NoticeTests
{
    [Fact]
    public async Task A_sender_here_is_told_in_their_inbox()
    {
        var world = await OutboundWorld.OpenAsync();
        world.Relay.Answer = ScriptedRelay.Refuse;
        var message = world.Message(TestBackend.Alice) with
        {
            Recipients = [new(Address("bob@there.test"), null, "rfc822;robert@elsewhere.test")],
            Options = new() { EnvelopeId = "env-7" },
            Fields = "Date: today\r\n"u8.ToArray(),
        };
        await world.SubmitAsync(message);
        await world.WorkAsync();

        var text = Assert.Single(await world.InboxAsync(world.Test.AliceId));
        Assert.Contains("From: Mail delivery <postmaster@example.test>", text);
        Assert.Contains("Subject: Not delivered: Greetings", text);
        Assert.Contains("Date: today\r\n" + OutboundWorld.Text, text); // the message whole
        var report = Report(text);
        Assert.Equal(("env-7", "mail.example.test"), (report.EnvelopeId, report.ReportingMta?.Text));
        var to = Assert.Single(report.Recipients);
        Assert.Equal((DeliveryAction.Failed, "5.1.1"), (to.Action, to.Status));
        Assert.Equal(("robert@elsewhere.test", "bob@there.test"), (to.OriginalRecipient?.Text, to.FinalRecipient.Text));
        Assert.Equal(new TypedText("smtp", "550 5.1.1 No such user"), to.DiagnosticCode);
        Assert.Equal(("mx.there.test", message.Id.ToString()), (to.RemoteMta?.Text, to.FinalLogId));
        Assert.Equal(1, world.MemoryBlobs.Count); // the notice alone
        Assert.Equal(NoticeKinds.Failed, (await world.ShowAsync(message)).Recipients[0].Told);
    }

    [Fact]
    public async Task A_sender_elsewhere_is_told_by_a_message_that_cannot_come_back()
    {
        var world = await OutboundWorld.OpenAsync();
        world.Relay.Answer = ScriptedRelay.Refuse; // the notice, too
        await world.SubmitAsync("ann@far.test", "bob@there.test", "carol@there.test");
        await world.PassAsync(TimeSpan.FromHours(1));

        Assert.Equal(["there.test", "far.test"], world.Relay.Jobs.Select(job => job.NextHop));
        var notice = world.Relay.Jobs[1];
        Assert.Null(notice.Message.From);
        Assert.Equal(["ann@far.test"], notice.Recipients.Select(to => $"{to.Recipient.Address}"));
        Assert.Equal((0, 0), (world.MemoryBlobs.Count, world.MemoryQueues.CountOf("outbound")));
    }

    [Theory]
    [InlineData("NEVER", false)]
    [InlineData("SUCCESS,DELAY", false)]
    [InlineData("delay, failure", true)]
    [InlineData(null, true)]
    public async Task Failures_are_told_to_who_wants_to_know(string? notify, bool isTold)
    {
        var world = await OutboundWorld.OpenAsync();
        world.Relay.Answer = ScriptedRelay.Refuse;
        var message = world.Message(TestBackend.Alice) with { Recipients = [new(Address("bob@there.test"), notify)] };
        await world.SubmitAsync(message);
        await world.WorkAsync();
        Assert.Equal(isTold ? 1 : 0, (await world.InboxAsync(world.Test.AliceId)).Count);
        Assert.Equal(0, (await world.ShowAsync(message)).Message.Open);
    }

    [Theory]
    [InlineData("bob@there.test", RelayVerdict.Sent, null)]
    [InlineData("bob@there.test", RelayVerdict.Relayed, DeliveryAction.Relayed)]
    [InlineData(TestBackend.Bob, null, DeliveryAction.Delivered)]
    public async Task Success_is_told_by_who_is_the_last_to_know(
        string to,
        RelayVerdict? verdict,
        DeliveryAction? action
    )
    {
        var world = await OutboundWorld.OpenAsync();
        world.Relay.Answer = (job, one) => ScriptedRelay.Take(job, one) with { Verdict = verdict!.Value };
        foreach (var notify in new[] { "SUCCESS", null })
            await world.SubmitAsync(
                world.Message(TestBackend.Alice) with
                {
                    Recipients = [new(Address(to), notify)],
                    Options = new() { Ret = "FULL" },
                }
            );
        await world.WorkAsync();
        var inbox = await world.InboxAsync(world.Test.AliceId);
        Assert.Equal(action, inbox.Count == 0 ? null : Report(Assert.Single(inbox)).Recipients.Single().Action);
        Assert.All(inbox, text => Assert.DoesNotContain("How are you?", text)); // RET is about failures
    }

    [Fact]
    public async Task A_bounce_does_not_bounce()
    {
        var world = await OutboundWorld.OpenAsync();
        world.Relay.Answer = ScriptedRelay.Defer;
        var message = world.Message(null) with
        {
            Recipients = [new(Address("bob@there.test"), "SUCCESS,FAILURE,DELAY")],
        };
        await world.SubmitAsync(message);
        await world.PassAsync(TimeSpan.FromDays(6));
        Assert.All(world.Relay.Jobs, job => Assert.Equal(message.Id, job.Message.Id));
        Assert.Equal(RecipientState.Failed, await world.StateAsync(message));
        Assert.Equal((0, 0), (world.MemoryBlobs.Count, world.MemoryQueues.CountOf("outbound")));
    }

    [Theory]
    [InlineData(null, 40_000, true)]
    [InlineData("FULL", 40_000, true)]
    [InlineData("HDRS", 40_000, false)]
    [InlineData("FULL", 60_000, false)]
    [InlineData(null, 60_000, false)]
    public async Task A_message_comes_back_whole_if_it_is_wanted_and_not_long(string? ret, int size, bool isWhole)
    {
        var world = await OutboundWorld.OpenAsync();
        world.Relay.Answer = ScriptedRelay.Refuse;
        var message = world.Message(TestBackend.Alice, "bob@there.test") with { Options = new() { Ret = ret } };
        var line = new string('x', 70) + "\r\n";
        await world.SubmitAsync(
            message,
            "X-Mark: header\r\n\r\nbody\r\n" + string.Concat(Enumerable.Repeat(line, size / 72))
        );
        await world.WorkAsync();
        var text = Assert.Single(await world.InboxAsync(world.Test.AliceId));
        Assert.Contains("X-Mark: header", text);
        Assert.Equal(isWhole, text.Contains(line + line, StringComparison.Ordinal));
        Assert.Contains(isWhole ? "Content-Type: message/rfc822" : "Content-Type: text/rfc822-headers", text);
    }

    [Fact]
    public async Task A_sender_is_told_once_that_it_takes_long()
    {
        var world = await OutboundWorld.OpenAsync();
        world.Relay.Answer = ScriptedRelay.Defer;
        var message = await world.SubmitAsync(TestBackend.Alice, "bob@there.test", "carol@there.test");
        await world.PassAsync(TimeSpan.FromHours(4) - TimeSpan.FromSeconds(1));
        Assert.Empty(await world.InboxAsync(world.Test.AliceId));
        await world.PassAsync(TimeSpan.FromSeconds(1));
        var report = Report(Assert.Single(await world.InboxAsync(world.Test.AliceId)));
        Assert.Equal(2, report.Recipients.Count);
        Assert.All(report.Recipients, to => Assert.Equal((DeliveryAction.Delayed, "4.2.1"), (to.Action, to.Status)));
        Assert.Equal(message.Accepted + TimeSpan.FromDays(5), report.Recipients[0].RetryUntil);
        await world.PassAsync(TimeSpan.FromDays(4));
        Assert.Single(await world.InboxAsync(world.Test.AliceId));
    }

    [Fact]
    public async Task A_message_that_was_for_later_is_not_late()
    {
        var world = await OutboundWorld.OpenAsync();
        world.Relay.Answer = ScriptedRelay.Defer;
        var when = world.Clock.GetUtcNow() + TimeSpan.FromDays(20);
        await world.SubmitAsync(world.Message(TestBackend.Alice, "bob@there.test") with { HoldUntil = when });
        await world.PassAsync(TimeSpan.FromDays(20) + TimeSpan.FromHours(3.9), TimeSpan.FromMinutes(6));
        Assert.Empty(await world.InboxAsync(world.Test.AliceId));
        await world.PassAsync(TimeSpan.FromHours(0.2));
        Assert.Single(await world.InboxAsync(world.Test.AliceId));
    }

    [Fact]
    public async Task What_had_to_be_delivered_by_a_time_comes_back_then()
    {
        var world = await DeferringAsync(TimeSpan.FromMinutes(30), returns: true);
        await world.PassAsync(TimeSpan.FromMinutes(29.9));
        Assert.Empty(await world.InboxAsync(world.Test.AliceId));
        Assert.Equal(3, world.Relay.Jobs.Count);
        await world.PassAsync(TimeSpan.FromMinutes(0.1));
        var to = Report(Assert.Single(await world.InboxAsync(world.Test.AliceId))).Recipients.Single();
        Assert.Equal((DeliveryAction.Failed, "5.4.7"), (to.Action, to.Status));
        Assert.Equal(3, world.Relay.Jobs.Count); // not delivered after its time
    }

    [Fact]
    public async Task What_should_have_been_delivered_by_a_time_is_told_of_and_tried_on()
    {
        var world = await DeferringAsync(TimeSpan.FromMinutes(10), returns: false);
        await world.PassAsync(TimeSpan.FromMinutes(10));
        var to = Report(Assert.Single(await world.InboxAsync(world.Test.AliceId))).Recipients.Single();
        Assert.Equal(DeliveryAction.Delayed, to.Action);
        await world.PassAsync(TimeSpan.FromHours(12));
        Assert.Single(await world.InboxAsync(world.Test.AliceId));
        Assert.True(world.Relay.Jobs.Count > 5);
    }

    /// <summary>A message that is to be delivered by a time, and servers that put it off.</summary>
    static async Task<OutboundWorld> DeferringAsync(TimeSpan by, bool returns)
    {
        var world = await OutboundWorld.OpenAsync();
        world.Relay.Answer = ScriptedRelay.Defer;
        var options = new SendOptions { DeliverBy = new(world.Clock.GetUtcNow() + by, returns) };
        await world.SubmitAsync(world.Message(TestBackend.Alice, "bob@there.test") with { Options = options });
        return world;
    }

    [Fact]
    public async Task A_message_in_utf8_comes_back_in_utf8()
    {
        var world = await OutboundWorld.OpenAsync();
        world.Relay.Answer = ScriptedRelay.Refuse;
        var message = world.Message(TestBackend.Alice, "müller@there.test") with
        {
            Options = new() { SmtpUtf8 = true, Body = BodyType.EightBit },
            Subject = "Grüße",
        };
        await world.SubmitAsync(message, "Subject: Grüße\r\n\r\nschön\r\n");
        await world.WorkAsync();
        var text = Assert.Single(await world.InboxAsync(world.Test.AliceId));
        Assert.Contains("message/global-delivery-status", text);
        Assert.Contains("Final-Recipient: utf-8;müller@there.test", text.Replace("; ", ";", StringComparison.Ordinal));
        Assert.Contains("schön", text);
    }

    static EmailAddress Address(string text) => EmailAddress.TryParse(text)!;

    static DeliveryReport Report(string text)
    {
        var start = text.IndexOf("delivery-status\r\n", StringComparison.Ordinal);
        var body = text.IndexOf("\r\n\r\n", start, StringComparison.Ordinal) + 4;
        var end = text.IndexOf("\r\n--", body, StringComparison.Ordinal);
        return DeliveryReportText.Parse(Encoding.UTF8.GetBytes(text[body..end]))!;
    }

    [Fact]
    public async Task A_sender_reads_why_his_mail_was_refused_also_behind_the_operators_own_relay()
    {
        var world = await OutboundWorld.OpenAsync();
        world.Relay.Answer = ScriptedRelay.Refuse;
        world.Relay.BySmarthost = true;
        await world.SubmitAsync(TestBackend.Alice, "bob@there.test");
        await world.WorkAsync();
        var text = Assert.Single(await world.InboxAsync(world.Test.AliceId));
        Assert.Contains("No such user", text);
        var to = Assert.Single(Report(text).Recipients);
        Assert.Equal("5.1.1", to.Status);
        Assert.Contains("No such user", to.DiagnosticCode?.Text);
    }
}
