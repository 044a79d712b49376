using Cloud.Api.Gateway;
using Cloud.Flow.Outbound;
using Cloud.Flow.Outbound.Forwarding;
using Cloud.Flow.Submission;
using Cloud.Mail;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Flow.Outbound.Forwarding;

/// <summary>What comes back to a recipient's own reverse path reaches the sender, and is learned from where it is true.</summary>
public sealed class VerpBounceTests
{
    const string Bert = "bert@there.test";

    static string Message(string from = TestBackend.Alice) =>
        $"From: {from}\r\nDate: Fri, 2 Jan 2026 03:04:05 +0000\r\nMessage-ID: <2@example.test>\r\n\r\nHi\r\n";

    internal static string Report(string id, string status = "5.1.1", string action = "failed") =>
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
        var (world, id, path) = await SentAsync();
        Assert.Equal(RecipientVerdict.Ok, await world.CheckAsync(null, path));
        await world.ReceiveAsync(null, Report(id), path.ToLowerInvariant());
        Assert.Single(await world.InboxAsync(world.Test.AliceId));
        Assert.Equal(["bert@there.test"], await ListAsync(world));
    }

    [Theory]
    [InlineData("a message that nobody has sent")]
    [InlineData("put off")]
    [InlineData("full")]
    [InlineData("from somebody")]
    [InlineData("for another recipient")]
    [InlineData("by another recipient")]
    [InlineData("of another account")]
    public async Task What_may_be_forged_or_says_nothing_of_the_address_puts_nobody_there(string what)
    {
        var (world, id, own) = await SentAsync("carol@there.test");
        var (from, text, path) = what switch
        {
            "put off" => (null, Report(id, "4.4.1", "delayed"), own),
            "full" => (null, Report(id, "5.2.2"), own),
            "from somebody" => (Bert, Report(id), own),
            "for another recipient" => (null, Report(id), own.Replace("bert=", "dora=", StringComparison.Ordinal)),
            // Who got the same message knows its id and the tag of his own path.
            "by another recipient" => (null, Report(id), own.Replace("bert=", "carol=", StringComparison.Ordinal)),
            "of another account" => (null, Report(id), own.Replace("alice+", "bob+", StringComparison.Ordinal)),
            _ => ((string?)null, Report("1a2057827315f66d9c09c6f93d2"), own),
        };
        await world.ReceiveAsync(from, text, path);
        Assert.Empty(await ListAsync(world));
        var reader = path.StartsWith("bob", StringComparison.Ordinal) ? world.Test.BobId : world.Test.AliceId;
        Assert.Single(await world.InboxAsync(reader));
    }

    /// <returns>And the path under which it went to bert.</returns>
    static async Task<(ForwardingWorld World, string Id, string Path)> SentAsync(params string[] others)
    {
        var world = await ForwardingWorld.OpenAsync();
        await world.Admin.SetVerpAsync(TestBackend.Alice, usesVerp: true, default);
        Assert.Equal(
            new(SubmitStatus.Accepted),
            await world.Test.SubmitAsync(Message(), TestBackend.Alice, [Bert, .. others])
        );
        await world.WorkAsync();
        var job = world.Relay.Jobs.Single();
        var bert = EmailAddress.TryParse(Bert)!;
        var path = Verp.PathOf(job.Message.From, bert, job.VerpTags!(bert));
        return (world, job.Message.Id.ToString(), $"{path}");
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
