using Cloud.Flow.Hooks;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Flow.Hooks;

/// <summary>Storage operations are the price of a message: those that webhooks add.</summary>
public sealed class HookCostTests
{
    [Fact]
    public async Task Where_nobody_asked_mail_costs_what_it_did()
    {
        await using var world = await HookWorld.OpenAsync();
        await world.Test.ReceiveAsync(HookWorld.Text, TestBackend.Alice);
        world.ResetCounts();
        await world.Test.ReceiveAsync(HookWorld.Text, TestBackend.Alice);
        var without = (world.Rows.Commits + world.Rows.Reads, world.Blobs.Operations, world.Queues.Operations);

        await world.AddAsync(HookWorld.Wanted("https://hooks.test/") with { Domain = "other.test" });
        await world.AddAsync("https://hooks.test/", MailEventKind.Bounced);
        await world.Test.ReceiveAsync(HookWorld.Text, TestBackend.Alice);
        world.ResetCounts();
        await world.Test.ReceiveAsync(HookWorld.Text, TestBackend.Alice);
        Assert.Equal(without, (world.Rows.Commits + world.Rows.Reads, world.Blobs.Operations, world.Queues.Operations));
        Assert.Equal(0, world.Queues.Operations);
    }

    [Fact]
    public async Task Where_one_subscription_asked_it_costs_one_message_of_the_queue()
    {
        await using var world = await HookWorld.OpenAsync();
        await world.Test.ReceiveAsync(HookWorld.Text, TestBackend.Alice);
        world.ResetCounts();
        await world.Test.ReceiveAsync(HookWorld.Text, TestBackend.Alice);
        var without = (world.Rows.Commits + world.Rows.Reads, world.Blobs.Operations);
        await world.AddAsync("https://hooks.test/");
        await world.Test.ReceiveAsync(HookWorld.Text, TestBackend.Alice);
        world.ResetCounts();
        await world.Test.ReceiveAsync(HookWorld.Text, TestBackend.Alice);
        Assert.Equal(without, (world.Rows.Commits + world.Rows.Reads, world.Blobs.Operations));
        Assert.Equal((1, 1), (world.Queues.Operations, world.Queues.Sends));
    }

    [Fact]
    public async Task A_delivery_costs_two_transactions_and_a_read_of_the_subscription_and_of_the_message()
    {
        await using var receiver = new HookReceiver();
        await using var world = await HookWorld.OpenAsync();
        await world.AddAsync(receiver.Url);
        await world.Test.ReceiveAsync(HookWorld.Text, TestBackend.Alice);
        world.ResetCounts();
        Assert.Equal(1, await world.Worker.WorkAsync(world.Results.Add, default));
        Assert.Equal(2, world.Rows.Commits);
        Assert.InRange(world.Rows.Reads, 2, 3); // the number's next is looked at, too
        Assert.Equal((1, 1, 0), (world.Queues.Receives, world.Queues.Deletes, world.Queues.Sends));
        Assert.Single(receiver.TakeAll());
    }
}
