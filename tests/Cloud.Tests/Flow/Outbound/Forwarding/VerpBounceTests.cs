using Cloud.Api.Gateway;
using Cloud.Flow.Outbound;
using Cloud.Flow.Submission;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Flow.Outbound.Forwarding;

/// <summary>What comes back to a recipient's own reverse path reaches the sender, and is learned from where it is true.</summary>
public sealed class VerpBounceTests
{
    const string Path = "alice+bert=there.test@example.test";

    static string Message(string from = TestBackend.Alice) =>
        $"From: {from}\r\nDate: Fri, 2 Jan 2026 03:04:05 +0000\r\nMessage-ID: <2@example.test>\r\n\r\nHi\r\n";

    static string Report(string id, string status = "5.1.1", string action = "failed") =>
        $"""
            From: mailer-daemon@there.test
            Subject: Undelivered
            MIME-Version: 1.0
            Content-Type: multipart/report; report-type=delivery-status; boundary=b

            --b
            Content-Type: text/plain

            Sorry.
            --b
            Content-Type: message/delivery-status

            Reporting-MTA: dns; mx.there.test

            Final-Recipient: rfc822; somebody-else@behind.test
            Action: {action}
            Status: {status}
            Diagnostic-Code: smtp; 550 {status} No such user

            --b
            Content-Type: text/rfc822-headers

            Received: by mail.example.test with ESMTPSA id {id};
             Fri, 2 Jan 2026 03:04:05 +0000
            From: alice@example.test

            --b--

            """.ReplaceLineEndings("\r\n");

    [Fact]
    public async Task It_is_a_choice_of_the_account()
    {
        var world = await ForwardingWorld.OpenAsync();
        await world.Test.SubmitAsync(Message(), TestBackend.Alice, "bert@there.test");
        await world.Admin.SetVerpAsync(TestBackend.Alice, usesVerp: true, default);
        await world.Test.SubmitAsync(Message(), TestBackend.Alice, "bert@there.test");
        await world.Admin.SetVerpAsync(TestBackend.Alice, usesVerp: false, default);
        await world.Test.SubmitAsync(Message(), TestBackend.Alice, "bert@there.test");
        await world.WorkAsync();
        Assert.Equal([false, true, false], world.Relay.Jobs.Select(job => job.Message.Options.Verp));
    }

    [Fact]
    public async Task A_report_of_a_message_of_ours_reaches_the_mailbox_and_puts_the_recipient_on_the_list()
    {
        var (world, id) = await SentAsync();
        Assert.Equal(RecipientVerdict.Ok, await world.CheckAsync(null, Path));
        await world.ReceiveAsync(null, Report(id), Path);
        Assert.Single(await world.InboxAsync(world.Test.AliceId));
        Assert.Equal(["bert@there.test"], await ListAsync(world));
    }

    [Theory]
    [InlineData("a message that nobody has sent")]
    [InlineData("put off")]
    [InlineData("full")]
    [InlineData("from somebody")]
    [InlineData("for another recipient")]
    [InlineData("of another account")]
    public async Task What_may_be_forged_or_says_nothing_of_the_address_puts_nobody_there(string what)
    {
        var (world, id) = await SentAsync();
        var (from, text, path) = what switch
        {
            "put off" => (null, Report(id, "4.4.1", "delayed"), Path),
            "full" => (null, Report(id, "5.2.2"), Path),
            "from somebody" => ("bert@there.test", Report(id), Path),
            "for another recipient" => (null, Report(id), "alice+carol=there.test@example.test"),
            "of another account" => (null, Report(id), "bob+bert=there.test@example.test"),
            _ => ((string?)null, Report("1a2057827315f66d9c09c6f93d2"), Path),
        };
        await world.ReceiveAsync(from, text, path);
        Assert.Empty(await ListAsync(world));
        var reader = path.StartsWith("bob", StringComparison.Ordinal) ? world.Test.BobId : world.Test.AliceId;
        Assert.Single(await world.InboxAsync(reader));
    }

    static async Task<(ForwardingWorld World, string Id)> SentAsync()
    {
        var world = await ForwardingWorld.OpenAsync();
        await world.Admin.SetVerpAsync(TestBackend.Alice, usesVerp: true, default);
        Assert.Equal(
            new(SubmitStatus.Accepted),
            await world.Test.SubmitAsync(Message(), TestBackend.Alice, "bert@there.test")
        );
        await world.WorkAsync();
        return (world, world.Relay.Jobs.Single().Message.Id.ToString());
    }

    static async Task<List<string>> ListAsync(ForwardingWorld world)
    {
        var found = new List<string>();
        foreach (var account in new[] { world.Test.AliceId, world.Test.BobId })
        {
            await foreach (
                var entry in world.Test.Backend.Sending.Suppression.ListAsync(SuppressionScope.Of(account), default)
            )
                found.Add(entry.Address);
        }
        return found;
    }
}
