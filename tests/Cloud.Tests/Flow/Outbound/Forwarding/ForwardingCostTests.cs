using Cloud.Tests.Fakes;

namespace Cloud.Tests.Flow.Outbound.Forwarding;

/// <summary>Storage operations are the price of a message: those of one that is passed on.</summary>
public sealed class ForwardingCostTests
{
    const string Far = "ann@far.test";
    const string Text = "Subject: Hello\r\n\r\nWell?\r\n";

    [Fact]
    public async Task A_forwarded_message_costs_what_a_sent_one_does_and_a_look_at_its_header()
    {
        var world = await ForwardingWorld.OpenAsync();
        await world.Admin.AddAliasAsync("sales@example.test", ["you@outside.test"], default);
        for (var i = 0; i < 5; i++)
        {
            Reset(world);
            await world.ReceiveAsync(Far, Text, "sales@example.test");
            // At first: the directory, and the secret of return paths.
            Assert.Equal(i == 0 ? 2 : 1, world.CountedRows.Commits);
            Assert.True(i == 0 || world.CountedRows.Reads == 0, $"{world.CountedRows.Reads} reads");
            Assert.Equal((1, 1), (world.CountedBlobs.Writes, world.CountedBlobs.Reads));
            Assert.Equal((1, 1), (world.CountedBlobs.Copies, world.CountedBlobs.Deletes)); // the upload goes at once
            Assert.Equal(1, world.CountedQueues.Sends);
            await world.WorkAsync();
            Assert.Equal((2, 2), (world.CountedBlobs.Reads, world.CountedBlobs.Deletes));
            Assert.Equal(5, world.CountedBlobs.Operations - world.CountedBlobs.Writes);
            Assert.Equal(i == 0 ? 4 : 3, world.CountedRows.Commits);
        }
    }

    [Fact]
    public async Task A_mailbox_that_keeps_it_costs_a_copy_and_a_transaction_more()
    {
        var world = await ForwardingWorld.OpenAsync();
        await world.Admin.ForwardAsync(TestBackend.Alice, ["you@outside.test"], keeps: true, default);
        for (var i = 0; i < 5; i++)
        {
            Reset(world);
            await world.ReceiveAsync(Far, Text, TestBackend.Alice);
            Assert.True(i == 0 || world.CountedRows.Commits == 2, $"{world.CountedRows.Commits} commits");
            Assert.Equal(3, world.CountedBlobs.Operations); // the upload, the copy, the header
        }
    }

    static void Reset(ForwardingWorld world)
    {
        world.CountedRows.Reset();
        world.CountedBlobs.Reset();
        world.CountedQueues.Reset();
    }
}
