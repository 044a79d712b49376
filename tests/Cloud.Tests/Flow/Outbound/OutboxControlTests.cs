using Cloud.Flow.Outbound;
using Cloud.Store.Outbox;
using Cloud.Store.Ports;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Flow.Outbound;

/// <summary>What operators and senders do while attempts are made, and beside what cannot be read.</summary>
public sealed class OutboxControlTests
{
    /// <summary>Operations whose names begin so fail.</summary>
    sealed class Failing : IFaults
    {
        public HashSet<string> Operations { get; } = [];

        public ValueTask<T> RunAsync<T>(string operation, Func<ValueTask<T>> work) =>
            Operations.Any(one => operation.StartsWith(one, StringComparison.Ordinal))
                ? throw new StoreException($"Injected: {operation} was not done")
                : work();
    }

    [Fact]
    public async Task What_was_being_sent_when_the_message_was_held_is_held_when_it_comes_back()
    {
        var world = await OutboundWorld.OpenAsync(new() { Parallel = 1 });
        var message = await world.SubmitAsync(TestBackend.Alice, "bob@one.test", "carol@two.test");
        ControlResult? held = null;
        world.Relay.Answer = ScriptedRelay.Defer;
        world.Relay.Meanwhile = async (_, _) => held ??= await world.Sending.Control.HoldAsync(message.Id, default);
        await world.PassAsync(TimeSpan.FromHours(12));
        Assert.Equal(new ControlResult(1, 1), held);
        Assert.Single(world.Relay.Jobs);
        Assert.Equal(
            [RecipientState.Held, RecipientState.Held],
            (await world.ShowAsync(message)).Recipients.Select(to => to.State)
        );
        Assert.Equal(0, world.MemoryQueues.CountOf("outbound"));

        world.Relay.Answer = ScriptedRelay.Take;
        await world.Sending.Control.ReleaseAsync(message.Id, default);
        await world.PassAsync(TimeSpan.FromMinutes(5));
        Assert.Equal(2, world.Relay.Taken.Count);
    }

    [Fact]
    public async Task What_is_filed_here_is_not_filed_again_when_the_others_are_tried_by_hand()
    {
        var faults = new Failing();
        var world = await OutboundWorld.OpenAsync(faults: faults);
        var message = await world.SubmitAsync(
            "ann@far.test",
            "nobody@example.test",
            TestBackend.Alice,
            TestBackend.Bob
        );
        faults.Operations.Add($"commit mail {world.Test.BobId}");
        faults.Operations.Add("send inbound");
        await world.EndAsync(world.WorkAsync());
        Assert.Single(await world.InboxAsync(world.Test.AliceId));
        faults.Operations.Clear();

        await world.Sending.Control.RetryAsync(message.Id, default);
        await world.PassAsync(TimeSpan.FromHours(1));
        Assert.Single(await world.InboxAsync(world.Test.AliceId));
        Assert.Single(await world.InboxAsync(world.Test.BobId));
    }

    [Fact]
    public async Task A_damaged_message_hides_none_of_the_others_and_keeps_none_from_being_sent()
    {
        var world = await OutboundWorld.OpenAsync();
        world.Relay.Answer = ScriptedRelay.Defer;
        var damaged = await world.SubmitAsync(TestBackend.Alice, "bob@there.test");
        var whole = await world.SubmitAsync(TestBackend.Alice, "carol@there.test");
        await world.MemoryRows.CommitAsync(
            OutboxRows.Table,
            new RowTransaction(OutboxRows.Partition(damaged.Id)).Upsert(
                OutboxRows.Message,
                OutboxRows.ToRow([0xFF, 0xFF])
            ),
            default
        );
        var listed = await world.Sending.Control.ListAsync(new(), null, 10, default);
        Assert.Equal(whole.Id, Assert.Single(listed.Messages).Message.Id);

        // The queue has lost both.
        foreach (var task in await world.MemoryQueues.ReceiveAsync("outbound", 10, TimeSpan.FromMinutes(1), default))
            await world.MemoryQueues.DeleteAsync("outbound", task, default);
        for (var runs = 0; runs < 5; runs++)
        {
            world.Clock.Advance(Schedule.Every);
            await world.Sending.Schedule.RunAsync(TimeSpan.FromMinutes(1), default);
        }
        world.Relay.Answer = ScriptedRelay.Take;
        await world.WorkAsync();
        Assert.Equal("carol@there.test", Assert.Single(world.Relay.Taken).Recipient);
    }
}
