using System.Text;
using Cloud.Api.Admin;
using Cloud.Api.Gateway;
using Cloud.Flow.Door;
using Cloud.Flow.Inbound;
using Cloud.Mail;
using Cloud.Store.Directory;
using Cloud.Store.Ports;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Flow.Outbound.Forwarding;

/// <summary>What leads back to where it came from ends.</summary>
public sealed class ForwardingLoopTests
{
    const string Sales = "sales@example.test";
    const string Far = "ann@far.test";
    const string You = "you@outside.test";
    const string Text = "Subject: Hello\r\n\r\nWell?\r\n";

    [Fact]
    public async Task What_was_passed_on_and_comes_back_is_refused()
    {
        var world = await ForwardingWorld.OpenAsync();
        await world.Admin.AddAliasAsync(Sales, [You], default);
        await world.Admin.ForwardAsync(TestBackend.Alice, [You], keeps: true, default);
        foreach (var address in new[] { Sales, TestBackend.Alice })
        {
            await world.ReceiveAsync(Far, Text, address);
            await world.WorkAsync();
            var content = world.Relay.Taken.Last().Content!;
            var result = await world.ReceiveAsync(Far, "Received: from outside.test\r\n" + content, address);
            if (address == Sales)
                Assert.Equal((ReceiveStatus.Rejected, "4.6"), (result.Status, result.Code));
            else
                Assert.Equal(ReceiveStatus.Accepted, result.Status);
        }
        await world.WorkAsync();
        Assert.Equal(2, world.Relay.Taken.Count);
        Assert.Equal(2, (await world.InboxAsync(world.Test.AliceId)).Count); // hers ends here, and stays
    }

    [Fact]
    public async Task Who_else_a_message_is_for_gets_it_though_it_goes_in_a_circle_for_one()
    {
        var world = await ForwardingWorld.OpenAsync();
        await world.Admin.AddAliasAsync(Sales, [You], default);
        var result = await world.ReceiveAsync(Far, $"Delivered-To: {Sales}\r\n{Text}", Sales, TestBackend.Bob);
        Assert.Equal(ReceiveStatus.Accepted, result.Status);
        await world.WorkAsync();
        await world.WorkAsync();
        Assert.Equal(Far, Assert.Single(world.Relay.Taken).Recipient); // who is told so
        Assert.Single(await world.InboxAsync(world.Test.BobId));
    }

    [Theory]
    [InlineData(99, ReceiveStatus.Accepted)]
    [InlineData(100, ReceiveStatus.Rejected)]
    public async Task A_message_that_was_through_a_hundred_servers_goes_to_no_other(int hops, ReceiveStatus expected)
    {
        var world = await ForwardingWorld.OpenAsync();
        await world.Admin.AddAliasAsync(Sales, [You], default);
        var received = new StringBuilder().Insert(0, "Received: from a by b; today\r\n", hops);
        Assert.Equal(expected, (await world.ReceiveAsync(Far, received + Text, Sales)).Status);
    }

    [Fact]
    public async Task Circles_are_refused_when_they_are_made()
    {
        var world = await ForwardingWorld.OpenAsync();
        var admin = world.Admin;
        await admin.AddAliasAsync("a@example.test", [TestBackend.Alice], default);
        await admin.AddAliasAsync("b@example.test", ["a@example.test"], default);
        await admin.AddAliasAsync("c@example.test", [You, "a@example.test"], default);
        await RefusedAsync(() => admin.AddAliasAsync("a@example.test", ["c@example.test"], default));
        await admin.AddAliasAsync("*@example.test", [TestBackend.Bob], default);
        await RefusedAsync(() => admin.AddAliasAsync("a@example.test", ["b@example.test"], default));
        await RefusedAsync(() => admin.AddAliasAsync("a@example.test", [You, "a+x@example.test"], default));
        await RefusedAsync(() => admin.AddAliasAsync("*@example.test", ["nobody@example.test"], default));
        await RefusedAsync(() => admin.ForwardAsync(TestBackend.Alice, [TestBackend.Alice], true, default));
        await RefusedAsync(() => admin.ForwardAsync(TestBackend.Alice, ["alice+x@example.test"], true, default));
        await RefusedAsync(() => admin.ForwardAsync(TestBackend.Alice, [You, "b@example.test"], true, default));
        await RefusedAsync(() => admin.ForwardAsync(TestBackend.Alice, ["no address"], true, default));
        await RefusedAsync(() => admin.ForwardAsync("nobody@example.test", [You], true, default));
        await RefusedAsync(() => admin.AddAliasAsync(Sales, ["SRS0=aaaaaaaa=aa=far.test=ann@example.test"], default));
        await admin.ForwardAsync(TestBackend.Alice, ["bob+alice@example.test"], keeps: false, default);
        await RefusedAsync(() => admin.ForwardAsync(TestBackend.Bob, [TestBackend.Alice], false, default));
    }

    [Fact]
    public async Task So_many_addresses_elsewhere_one_may_lead_to_and_not_one_more()
    {
        var world = await ForwardingWorld.OpenAsync();
        var some = Enumerable.Range(0, 60).Select(i => $"u{i}@outside.test").ToArray();
        var others = Enumerable.Range(40, 61).Select(i => $"u{i}@outside.test").ToArray();
        await world.Admin.AddAliasAsync("a@example.test", some, default);
        await RefusedAsync(() => world.Admin.AddAliasAsync(Sales, ["a@example.test", .. others], default));
        await world.Admin.AddAliasAsync(Sales, ["a@example.test", .. others[..^1]], default);
        await world.ReceiveAsync(Far, Text, Sales);
        await world.WorkAsync();
        Assert.Equal(100, world.Relay.Taken.Count);
        Assert.Equal(100, world.Relay.Taken.Select(taken => taken.Recipient).Distinct().Count());
    }

    [Fact]
    public async Task A_circle_that_is_there_all_the_same_ends_and_leads_nowhere()
    {
        var world = await ForwardingWorld.OpenAsync();
        var rows = new RowTransaction(DirectoryRows.Partition)
            .Insert(DirectoryRows.Alias("a@example.test"), DirectoryRows.ToRow("a@example.test", ["b@example.test"]))
            .Insert(DirectoryRows.Alias("b@example.test"), DirectoryRows.ToRow("b@example.test", ["a+1@example.test"]));
        await world.Test.Backend.Directory.CommitAsync(rows);
        Assert.Equal(RecipientVerdict.NoSuchUser, await world.CheckAsync(Far, "a@example.test"));
        Assert.Equal(ReceiveStatus.Rejected, (await world.ReceiveAsync(Far, Text, "a@example.test")).Status);
    }

    [Fact]
    public async Task One_address_elsewhere_behind_two_of_ours_gets_one_message()
    {
        var world = await ForwardingWorld.OpenAsync();
        await world.Admin.AddAliasAsync(Sales, [You], default);
        await world.Admin.AddAliasAsync("info@example.test", ["YOU@outside.test", "x@outside.test"], default);
        await world.ReceiveAsync(Far, Text, Sales, "info@example.test");
        await world.WorkAsync();
        Assert.Equal(
            ["x@outside.test", You],
            world.Relay.Taken.Select(taken => taken.Recipient).Order(StringComparer.Ordinal)
        );
        Assert.DoesNotContain("info@", world.Relay.Taken.Single(taken => taken.Recipient == You).Content);
    }

    [Fact]
    public async Task What_waited_on_the_queue_is_passed_on_as_it_was_promised()
    {
        var world = await ForwardingWorld.OpenAsync();
        await world.Admin.AddAliasAsync(Sales, [You, TestBackend.Bob], default);
        var transaction = world.Test.NewTransaction();
        var message = await world.Test.UploadAsync(transaction, Text);
        await Deferring.DeferAsync(
            world.Queues,
            transaction,
            Origin.Of(EmailAddress.TryParse(Far)),
            [new(EmailAddress.TryParse(Sales)!)],
            message,
            null,
            world.Clock.GetUtcNow(),
            default
        );
        await world.Test.Backend.Inbound.WorkAsync(default);
        await world.WorkAsync();
        Assert.StartsWith("SRS0=", world.Relay.Jobs.Single().Message.From!.Local);
        Assert.Single(await world.InboxAsync(world.Test.BobId));
    }

    [Fact]
    public async Task What_was_promised_and_looks_like_spam_goes_on_for_those_who_have_no_mailbox()
    {
        var world = await ForwardingWorld.OpenAsync();
        await world.Admin.AddAliasAsync(Sales, [You], default);
        var transaction = world.Test.NewTransaction();
        var message = await world.Test.UploadAsync(transaction, Text);
        await Deferring.DeferAsync(
            world.Queues,
            transaction,
            Origin.Of(EmailAddress.TryParse(Far)),
            [
                new(EmailAddress.TryParse(Sales)!, "NEVER", "rfc822;team@far.test"),
                new(EmailAddress.TryParse(TestBackend.Bob)!),
            ],
            message,
            new(DoorOutcome.Junk, "", "Points", "", [], []),
            world.Clock.GetUtcNow(),
            default
        );
        await world.Test.Backend.Inbound.WorkAsync(default);
        await world.WorkAsync();
        var recipient = Assert.Single(world.Relay.Jobs.Single().Recipients).Recipient;
        Assert.Equal((You, "NEVER"), ($"{recipient.Address}", recipient.Notify));
        Assert.Equal("rfc822;team@far.test", recipient.OriginalRecipient);
        Assert.Single((await world.Test.OpenAsync(world.Test.BobId, "Junk")).Entries);
    }

    static Task RefusedAsync(Func<ValueTask> act) => Assert.ThrowsAsync<AdminException>(() => act().AsTask());
}
