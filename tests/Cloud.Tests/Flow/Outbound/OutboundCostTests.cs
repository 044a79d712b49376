using Cloud.Store.Outbox;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Flow.Outbound;

/// <summary>Storage operations are the price of a message: those of one that goes out.</summary>
public sealed class OutboundCostTests
{
    [Fact]
    public async Task A_sent_message_costs_three_transactions_and_one_message_of_the_queue()
    {
        var world = await OutboundWorld.OpenAsync();
        for (var i = 0; i < 20; i++)
        {
            world.ResetCounts();
            var message = await world.SubmitAsync(TestBackend.Alice, $"bob{i}@there.test");
            Assert.Equal((1, 0, 1), (world.Rows.Commits, world.Rows.Reads, world.Queues.Operations));
            Assert.Equal(1, await world.Sending.Worker.WorkAsync(world.Results.Add, default));

            Assert.Equal((1, 1, 1), (world.Queues.Sends, world.Queues.Receives, world.Queues.Deletes));
            // At first: whether the domain is ours, the lists of who gets nothing, and whether anybody asks for events.
            Assert.Equal((3, i == 0 ? 4 : 0), (world.Rows.Commits, world.Rows.Reads));
            Assert.Equal((0, 1, 1), (world.Blobs.Writes, world.Blobs.Reads, world.Blobs.Deletes));
            Assert.Equal(2, world.Blobs.Operations); // the upload wrote it, behind the count
            Assert.Equal(RecipientState.Sent, await world.StateAsync(message));
        }
        Assert.Equal(0, world.MemoryQueues.CountOf("outbound"));
    }

    [Fact]
    public async Task A_retry_costs_two_reads_two_transactions_and_one_message_of_the_queue()
    {
        var world = await OutboundWorld.OpenAsync();
        world.Relay.Answer = ScriptedRelay.Defer;
        await world.SubmitAsync(TestBackend.Alice, "bob@there.test");
        await world.WorkAsync();
        world.Clock.Advance(TimeSpan.FromMinutes(5));
        world.ResetCounts();

        Assert.Equal(1, await world.Sending.Worker.WorkAsync(world.Results.Add, default));
        Assert.Equal((2, 2), (world.Rows.Commits, world.Rows.Reads - 2)); // the lists are read anew
        Assert.Equal((1, 1, 1), (world.Queues.Sends, world.Queues.Receives, world.Queues.Deletes));
    }
}
