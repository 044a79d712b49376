using System.Text;
using Cloud.Flow.Outbound;
using Cloud.Mail;
using Cloud.Store.Messages;
using Cloud.Store.Outbox;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Flow.Outbound;

/// <summary>Mail for our own domains, and the addresses that nothing is sent to.</summary>
public sealed class LocalRelayTests
{
    [Fact]
    public async Task What_is_for_us_is_filed_without_asking_the_world()
    {
        var world = await OutboundWorld.OpenAsync();
        var message = await world.SubmitAsync(
            world.Message(
                "ann@far.test",
                TestBackend.Alice,
                TestBackend.Bob,
                "nobody@example.test",
                "x@there.test"
            ) with
            {
                Fields = "Date: today\r\n"u8.ToArray(),
            }
        );
        await world.WorkAsync();
        const string fields = "Return-Path: <ann@far.test>\r\nDate: today\r\n";
        foreach (var account in new[] { world.Test.AliceId, world.Test.BobId })
            Assert.Equal([fields + OutboundWorld.Text], await world.InboxAsync(account));
        Assert.Equal(["x@there.test", "ann@far.test"], world.Relay.Taken.Select(taken => taken.Recipient));
        var shown = await world.ShowAsync(message);
        Assert.Equal(
            [RecipientState.Delivered, RecipientState.Delivered, RecipientState.Failed, RecipientState.Sent],
            shown.Recipients.Select(to => to.State)
        );
        Assert.Equal("5.1.1", shown.Recipients[2].Status);
    }

    [Fact]
    public async Task One_account_behind_two_addresses_gets_one_message()
    {
        var world = await OutboundWorld.OpenAsync();
        await world.SubmitAsync("ann@far.test", TestBackend.Alice, "alice+lists@example.test");
        await world.WorkAsync();
        Assert.Single(await world.InboxAsync(world.Test.AliceId));
    }

    [Fact]
    public async Task A_message_filed_before_a_crash_is_not_filed_again_nor_comes_back_when_deleted()
    {
        var faults = new Faults();
        var world = await OutboundWorld.OpenAsync(faults: faults);
        await world.SubmitAsync("ann@far.test", TestBackend.Alice);
        // The claim passes; the record never does.
        faults.Fail("commit outbox", after: 1);
        var work = world.WorkAsync();
        await world.EndAsync(work, TimeSpan.FromSeconds(5));
        faults.Heal();
        Assert.Single(await world.InboxAsync(world.Test.AliceId));
        await world.PassAsync(TimeSpan.FromMinutes(20));
        Assert.Single(await world.InboxAsync(world.Test.AliceId));
        Assert.Equal(0, world.MemoryQueues.CountOf("outbound"));
    }

    [Fact]
    public async Task An_address_that_does_not_exist_is_not_written_to_again_until_the_list_forgets_it()
    {
        var world = await OutboundWorld.OpenAsync();
        world.Relay.Answer = ScriptedRelay.Refuse;
        await world.SubmitAsync(TestBackend.Alice, "bob@there.test");
        await world.WorkAsync();
        var again = await world.SubmitAsync(TestBackend.Alice, "BOB@there.test", "carol@there.test");
        await world.WorkAsync();
        Assert.Equal(["carol@there.test"], world.Relay.Jobs[1].Recipients.Select(to => $"{to.Recipient.Address}"));
        var to = (await world.ShowAsync(again)).Recipients[0];
        Assert.Equal((RecipientState.Failed, "5.7.1"), (to.State, to.Status));
        Assert.Contains("550 5.1.1 No such user", to.Reply);

        var scope = SuppressionScope.Of(world.Test.AliceId);
        Assert.Equal(["bob@there.test", "carol@there.test"], await ListAsync(world, scope));
        Assert.True(await world.Sending.Suppression.RemoveAsync(scope, again.Recipients[0].Address, default));
        world.Relay.Answer = ScriptedRelay.Take;
        await world.SubmitAsync(TestBackend.Alice, "bob@there.test");
        await world.SubmitAsync(TestBackend.Bob, "carol@there.test"); // of no account, and another's list
        await world.WorkAsync();
        Assert.Equal(2, world.Relay.Taken.Count);
        world.Clock.Advance(TimeSpan.FromDays(7));
        Assert.Empty(await ListAsync(world, scope));
        await world.SubmitAsync(TestBackend.Alice, "carol@there.test");
        await world.WorkAsync();
        Assert.Equal(3, world.Relay.Taken.Count);
        Assert.DoesNotContain(
            world.MemoryRows.AllKeys("suppression"),
            key => key.Row.StartsWith("carol", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_complaint_can_bind_a_whole_domain_of_ours()
    {
        var world = await OutboundWorld.OpenAsync();
        var carol = EmailAddress.TryParse("carol@there.test")!;
        await world.Sending.Suppression.AddAsync(
            SuppressionScope.Of("example.test"),
            carol,
            SuppressionReason.Complaint,
            "a report of 2026-01-02",
            null,
            default
        );
        var message = await world.SubmitAsync(TestBackend.Bob, "carol@there.test");
        await world.SubmitAsync((string?)null, "carol@there.test"); // a report is no such mail
        await world.WorkAsync();
        Assert.Equal(RecipientState.Failed, await world.StateAsync(message));
        Assert.Contains("called earlier mail junk", (await world.InboxAsync(world.Test.BobId)).Single());
        Assert.Single(world.Relay.Taken);
    }

    static async Task<List<string>> ListAsync(OutboundWorld world, SuppressionScope scope)
    {
        var found = new List<string>();
        await foreach (var entry in world.Sending.Suppression.ListAsync(scope, default))
            found.Add(entry.Address);
        return found;
    }

    [Fact]
    public async Task The_sweep_leaves_bytes_alone_that_wait_to_be_sent_and_removes_those_that_do_not()
    {
        var world = await OutboundWorld.OpenAsync();
        var when = world.Clock.GetUtcNow() + TimeSpan.FromDays(20);
        var waits = await world.SubmitAsync(
            world.Message(TestBackend.Alice, "bob@there.test") with
            {
                HoldUntil = when,
            }
        );
        var done = await world.SubmitAsync(TestBackend.Alice, "bob@there.test");
        await world.WorkAsync();
        using (var left = new MemoryStream(Encoding.UTF8.GetBytes("left by a crash")))
            await MessageWriting.WriteAsync(world.MemoryBlobs, BlobNames.Of(done.Id), left, default);
        for (var day = 0; day < 19; day++)
        {
            world.Clock.Advance(TimeSpan.FromHours(23.5));
            await SweepAsync(world);
            world.Clock.Advance(TimeSpan.FromHours(0.5));
            await SweepAsync(world);
        }
        Assert.False(await world.MemoryBlobs.ExistsAsync(done.Blob, default));
        Assert.True(await world.MemoryBlobs.ExistsAsync(waits.Blob, default));
        await world.PassAsync(TimeSpan.FromDays(1));
        Assert.Equal(OutboundWorld.Text, world.Relay.Taken.Last().Content);
    }

    [Fact]
    public async Task Messages_that_were_done_with_long_ago_are_forgotten()
    {
        var world = await OutboundWorld.OpenAsync();
        var many = Enumerable.Range(0, 150).Select(i => $"u{i}@there.test").ToArray();
        await world.SubmitAsync(TestBackend.Alice, many);
        var held = await world.SubmitAsync(world.Message(TestBackend.Alice, "bob@there.test") with { IsHeld = true });
        await world.WorkAsync();
        world.Clock.Advance(TimeSpan.FromDays(29));
        await SweepAsync(world);
        Assert.Equal(153, world.MemoryRows.AllKeys("outbox").Count);
        world.Clock.Advance(TimeSpan.FromDays(2));
        await SweepAsync(world);
        Assert.Equal([held.Id.ToString()], world.MemoryRows.AllKeys("outbox").Select(key => key.Partition).Distinct());
    }

    static async Task SweepAsync(OutboundWorld world) =>
        await world.Test.Backend.Sweeper.RunAsync(TimeSpan.FromHours(1), default);
}
