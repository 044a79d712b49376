using Cloud.Api.Gateway;
using Cloud.Flow.Door;
using Cloud.Flow.Outbound;
using Cloud.Flow.Submission;
using Cloud.Tests.Fakes;
using Cloud.Tests.Flow.Outbound.Forwarding;

namespace Cloud.Tests.Flow.Outbound.Returned;

/// <summary>Who complains of a message is written to no more by its sender, where the complaint is true.</summary>
public sealed class ComplaintTests
{
    const string Abuse = "abuse@example.test";

    const string Bert = "bert@there.test";

    const string Carol = "carol@there.test";

    const string Message =
        $"From: {TestBackend.Alice}\r\nDate: Fri, 2 Jan 2026 03:04:05 +0000\r\nMessage-ID: <2@example.test>\r\n\r\nHi\r\n";

    internal static string Report(string id, string type = "abuse", params string[] recipients) =>
        $"""
            From: Feedback <fbl@there.test>
            Subject: FW: Hi
            MIME-Version: 1.0
            Content-Type: multipart/report; report-type=feedback-report; boundary=b

            --b
            Content-Type: text/plain

            This is an abuse report.
            --b
            Content-Type: message/feedback-report

            Feedback-Type: {type}
            User-Agent: SomeGenerator/1.0
            Version: 1
            Original-Mail-From: <alice@example.test>
            {string.Concat(recipients.Select(to => $"Original-Rcpt-To: <{to}>\n"))}Source-IP: 192.0.2.1

            --b
            Content-Type: message/rfc822

            Received: from mail.example.test by mx.there.test with ESMTPS id 4F2A;
             Fri, 2 Jan 2026 03:04:06 +0000
            Received: by mail.example.test with ESMTPSA id {id};
             Fri, 2 Jan 2026 03:04:05 +0000
            From: alice@example.test

            Hi
            --b--

            """.ReplaceLineEndings("\r\n");

    [Fact]
    public async Task Who_complains_is_on_the_senders_list_for_a_year_and_nobody_else_is()
    {
        var (world, id) = await SentAsync(Bert, Carol);
        await world.ReceiveAsync("fbl@there.test", Report(id, "abuse", Bert), Abuse);
        Assert.Single(await world.InboxAsync(world.Test.BobId));
        var entry = Assert.Single(await ListAsync(world));
        Assert.Equal(
            (Bert, SuppressionReason.Complaint, "abuse, as fbl@there.test reports"),
            (entry.Address, entry.Reason, entry.Text)
        );
        Assert.Equal(TimeSpan.FromDays(365), entry.Until - entry.Since);

        await world.Test.SubmitAsync(Message, TestBackend.Alice, Bert);
        await world.WorkAsync();
        Assert.Single(world.Relay.Jobs);
        Assert.Contains("called earlier mail junk", Assert.Single(await world.InboxAsync(world.Test.AliceId)));
    }

    [Theory]
    [InlineData("fbl@example.test", "fraud")]
    [InlineData("Postmaster@example.test", "Abuse")]
    [InlineData("abuse+loop@example.test", "a-later-type")]
    public async Task A_report_that_does_not_say_who_complained_is_about_the_only_recipient(string to, string type)
    {
        var (world, id) = await SentAsync(Bert);
        await world.ReceiveAsync("fbl@there.test", Report(id, type), to);
        Assert.Equal(
            (Bert, SuppressionReason.Complaint),
            (await ListAsync(world)).Select(entry => (entry.Address, entry.Reason)).Single()
        );
    }

    [Theory]
    [InlineData("nobody sent it")]
    [InlineData("not sent yet")]
    [InlineData("not spam")]
    [InlineData("authentication failed")]
    [InlineData("of somebody else")]
    [InlineData("of nobody among several")]
    [InlineData("to a user")]
    [InlineData("nobody answers for it")]
    public async Task What_may_be_forged_or_is_no_complaint_changes_nothing(string what)
    {
        string[] recipients = what == "of nobody among several" ? [Bert, Carol] : [Bert];
        var (world, id) = await SentAsync(work: what != "not sent yet", recipients);
        var (text, to) = what switch
        {
            "nobody sent it" => (Report("1a2057827315f66d9c09c6f93d2"), Abuse),
            "not spam" => (Report(id, "not-spam"), Abuse),
            "authentication failed" => (Report(id, "auth-failure"), Abuse),
            "of somebody else" => (Report(id, "abuse", Carol), Abuse),
            "to a user" => (Report(id), TestBackend.Bob),
            _ => (Report(id), Abuse),
        };
        var judged = new Evidence(DoorOutcome.Accept, "", "", "Authentication-Results: mx; spf=none\r\n", [], []);
        await world.ReceiveAsync("fbl@there.test", text, what == "nobody answers for it" ? judged : null, to);
        Assert.Single(await world.InboxAsync(world.Test.BobId));
        Assert.Empty(await ListAsync(world));
    }

    [Fact]
    public async Task What_somebody_put_on_the_list_for_ever_stays_there()
    {
        var (world, id) = await SentAsync(Bert);
        var suppression = world.Test.Backend.Sending.Suppression;
        var scope = SuppressionScope.Of(world.Test.AliceId);
        var bert = Cloud.Mail.EmailAddress.TryParse(Bert)!;
        await suppression.AddAsync(scope, bert, SuppressionReason.ByHand, "asked for it", null, default);
        await world.ReceiveAsync("fbl@there.test", Report(id), Abuse);
        var entry = Assert.Single(await ListAsync(world));
        Assert.Equal((SuppressionReason.ByHand, (DateTimeOffset?)null), (entry.Reason, entry.Until));
    }

    static Task<(ForwardingWorld World, string Id)> SentAsync(params string[] recipients) =>
        SentAsync(work: true, recipients);

    static async Task<(ForwardingWorld World, string Id)> SentAsync(bool work, string[] recipients)
    {
        var world = await ForwardingWorld.OpenAsync();
        foreach (var name in new[] { "abuse", "fbl", "postmaster" })
            await world.Admin.AddAliasAsync($"{name}@example.test", [TestBackend.Bob], default);
        var request = await world.Test.PrepareAsync(Message, TestBackend.Alice, recipients);
        Assert.Equal(new(SubmitStatus.Accepted), await world.Test.Gateway.SubmitAsync(request, default));
        if (work)
            await world.WorkAsync();
        return (world, $"{request.Transaction}");
    }

    static async Task<List<SuppressionEntry>> ListAsync(ForwardingWorld world)
    {
        var found = new List<SuppressionEntry>();
        var suppression = world.Test.Backend.Sending.Suppression;
        foreach (var account in new[] { world.Test.AliceId, world.Test.BobId })
        {
            await foreach (var entry in suppression.ListAsync(SuppressionScope.Of(account), default))
                found.Add(entry);
        }
        return found;
    }
}
