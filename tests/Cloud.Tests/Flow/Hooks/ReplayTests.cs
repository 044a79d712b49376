using Cloud.Flow.Hooks;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Flow.Hooks;

/// <summary>Events are sent again by hand.</summary>
public sealed class ReplayTests
{
    [Fact]
    public async Task After_an_outage_each_event_is_delivered_once_per_id()
    {
        await using var receiver = new HookReceiver { Answer = _ => HookReceiver.Say(500) };
        await using var world = await HookWorld.OpenAsync();
        var hook = (await world.AddAsync(receiver.Url)).Hook.Id;
        for (var i = 0; i < 25; i++)
        {
            await world.Test.ReceiveAsync(HookWorld.Text, TestBackend.Alice);
            world.Clock.Advance(TimeSpan.FromMilliseconds(5));
        }
        await world.PassAsync(TimeSpan.FromHours(90), TimeSpan.FromMinutes(2));
        Assert.All(await world.DeliveriesAsync(hook), one => Assert.Equal(DeliveryState.Dead, one.State));
        receiver.TakeAll();
        receiver.Answer = _ => HookReceiver.Say(200);
        var filter = new ReplayFilter { State = DeliveryState.Dead };

        Assert.Equal((25, null), await world.Control.ReplayAsync(hook, filter, null, null, default));
        Assert.Equal((0, null), await world.Control.ReplayAsync(hook, filter, null, null, default));
        await world.PassAsync(TimeSpan.FromHours(1), TimeSpan.FromSeconds(30));

        var told = receiver.TakeAll();
        Assert.Equal(25, told.Count);
        Assert.Equal(25, told.Select(one => one.Id).Distinct().Count());
        Assert.All(await world.DeliveriesAsync(hook), one => Assert.Equal(DeliveryState.Done, one.State));
    }

    [Fact]
    public async Task One_event_goes_to_another_endpoint_under_its_id()
    {
        await using var first = new HookReceiver();
        await using var second = new HookReceiver();
        await using var world = await HookWorld.OpenAsync();
        var hook = (await world.AddAsync(first.Url)).Hook.Id;
        var other = (await world.AddAsync(second.Url, MailEventKind.Bounced)).Hook.Id;
        await world.Test.ReceiveAsync(HookWorld.Text, TestBackend.Alice);
        await world.WorkAsync();
        var id = Assert.Single(first.TakeAll()).Id;
        Assert.True(await world.Control.ReplayAsync(hook, id, other, default));
        Assert.True(await world.Control.ReplayAsync(hook, id, null, default));
        await world.WorkAsync();
        Assert.Equal(id, Assert.Single(second.TakeAll()).Id);
        Assert.Equal(id, Assert.Single(first.TakeAll()).Id);
        Assert.False(await world.Control.ReplayAsync(hook, "evt_" + new string('0', 27), null, default));
    }

    [Fact]
    public async Task A_time_range_and_a_filter_say_which()
    {
        await using var receiver = new HookReceiver();
        await using var world = await HookWorld.OpenAsync();
        var hook = (await world.AddAsync(receiver.Url, MailEventKind.Received, MailEventKind.Filed)).Hook.Id;
        await world.Test.ReceiveAsync(HookWorld.Text, TestBackend.Alice);
        world.Clock.Advance(TimeSpan.FromHours(1));
        var noon = world.Clock.GetUtcNow();
        await world.Test.ReceiveAsync(HookWorld.Text, TestBackend.Alice);
        await world.Test.ReceiveAsync(HookWorld.Text, TestBackend.Bob);
        await world.WorkAsync();
        Assert.Equal(6, receiver.TakeAll().Count);

        Assert.Equal(2, await CountAsync(new() { To = noon }));
        Assert.Equal(4, await CountAsync(new() { From = noon }));
        Assert.Equal(1, await CountAsync(new() { From = noon, Recipient = "bob@*", Kind = MailEventKind.Filed }));
        Assert.Equal(0, await CountAsync(new() { State = DeliveryState.Dead }));

        async Task<int> CountAsync(ReplayFilter filter)
        {
            var (count, _) = await world.Control.ReplayAsync(hook, filter, null, null, default);
            await world.WorkAsync();
            Assert.Equal(count, receiver.TakeAll().Count);
            return count;
        }
    }
}
