using Cloud.Flow.Hooks;
using Cloud.Flow.Trace;
using Cloud.Store;
using Cloud.Store.Ports;
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
        await world.PassAsync(TimeSpan.FromSeconds(5));
        Assert.Equal(id, Assert.Single(second.TakeAll()).Id);
        Assert.Equal(id, Assert.Single(first.TakeAll()).Id);
        Assert.False(await world.Control.ReplayAsync(hook, "evt_" + new string('0', 27), null, default));
    }

    [Fact]
    public async Task A_replay_that_the_queue_does_not_take_can_be_made_again()
    {
        await using var receiver = new HookReceiver();
        await using var world = await HookWorld.OpenAsync();
        var hook = (await world.AddAsync(receiver.Url)).Hook.Id;
        await world.Test.ReceiveAsync(HookWorld.Text, TestBackend.Alice);
        await world.WorkAsync();
        var id = Assert.Single(receiver.TakeAll()).Id;
        world.Outage.Fails = "hooks";
        await Assert.ThrowsAsync<StoreException>(() => world.Control.ReplayAsync(hook, id, null, default).AsTask());
        world.Outage.Fails = null;
        Assert.True(await world.Control.ReplayAsync(hook, id, null, default));
        await world.PassAsync(TimeSpan.FromSeconds(5));
        Assert.Single(receiver.TakeAll());
    }

    [Fact]
    public async Task A_delivery_that_waits_long_beyond_its_time_can_be_replayed()
    {
        await using var receiver = new HookReceiver();
        await using var world = await HookWorld.OpenAsync();
        var hook = (await world.AddAsync(receiver.Url)).Hook.Id;
        await world.Test.ReceiveAsync(HookWorld.Text, TestBackend.Alice);
        await world.WorkAsync();
        var id = Assert.Single(receiver.TakeAll()).Id;
        // As if the store had taken so long to record a replay that its task had come and gone.
        var store = new HookStore(world.MemoryRows, world.Test.Backend.Directory, null, new SeededEntropy(1));
        var delivery = Assert.Single(await world.DeliveriesAsync(hook));
        await store.ReplaceAsync(delivery with { State = DeliveryState.Waiting, Due = world.Clock.GetUtcNow() });
        Assert.False(await world.Control.ReplayAsync(hook, id, null, default));
        world.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.True(await world.Control.ReplayAsync(hook, id, null, default));
        await world.PassAsync(TimeSpan.FromSeconds(5));
        Assert.Equal(id, Assert.Single(receiver.TakeAll()).Id);
        Assert.Equal(DeliveryState.Done, Assert.Single(await world.DeliveriesAsync(hook)).State);
    }

    [Fact]
    public async Task Deliveries_are_kept_for_thirty_days()
    {
        await using var receiver = new HookReceiver();
        await using var world = await HookWorld.OpenAsync();
        var hook = (await world.AddAsync(receiver.Url)).Hook.Id;
        var other = (await world.AddAsync(receiver.Url)).Hook.Id;
        await world.Test.ReceiveAsync(HookWorld.Text, TestBackend.Alice);
        await world.WorkAsync();
        await world.Control.RemoveAsync(other, default);
        Assert.Null(await world.Control.FindAsync(other, default));
        world.Clock.Advance(TimeSpan.FromDays(29));
        await world.Test.Backend.Sweeper.RunAsync(TimeSpan.FromHours(1), default);
        Assert.Single(await world.DeliveriesAsync(hook));
        Assert.Single(await world.DeliveriesAsync(other));
        world.Clock.Advance(TimeSpan.FromDays(2));
        await world.Test.Backend.Sweeper.RunAsync(TimeSpan.FromHours(1), default);
        Assert.Empty(await world.DeliveriesAsync(hook));
        Assert.Empty(await world.DeliveriesAsync(other));
        Assert.NotNull(await world.Control.FindAsync(hook, default));
    }

    [Fact]
    public async Task The_trace_of_a_message_tells_what_endpoints_answered()
    {
        await using var receiver = new HookReceiver { Answer = _ => HookReceiver.Say(500) };
        await using var world = await HookWorld.OpenAsync();
        await world.AddAsync(receiver.Url);
        await world.Test.ReceiveAsync(HookWorld.Text, TestBackend.Alice);
        await world.Test.ReceiveAsync(HookWorld.Text, TestBackend.Bob);
        await world.WorkAsync();
        var trace = receiver.TakeAll().First(one => $"{one.Data.GetProperty("address")}" == TestBackend.Alice).Data;
        var id = TransactionId.TryParse(trace.GetProperty("trace").GetString())!.Value;
        var traces = world.Test.Backend.Traces;
        var steps = (await traces.ShowAsync(id, TraceScope.Operator, default))!.Steps;
        Assert.Contains(steps, step => step is { Kind: TraceKind.Hook, Who: "127.0.0.1" } && step.Text.EndsWith("500"));
        var user = TraceScope.User(TestBackend.Alice);
        Assert.DoesNotContain(
            (await traces.ShowAsync(id, user, default))!.Steps,
            step => step.Kind == TraceKind.Hook // whose endpoint is the operator's
        );
        var own = (await traces.ShowAsync(id, user with { SeesHook = _ => true }, default))!.Steps;
        Assert.Equal(2, own.Count(step => step.Kind == TraceKind.Hook)); // what it answered, and when it is tried again
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
        Assert.Equal(
            1,
            await CountAsync(
                new()
                {
                    From = noon,
                    Recipient = "bob@*",
                    Kind = MailEventKind.Filed,
                }
            )
        );
        Assert.Equal(0, await CountAsync(new() { State = DeliveryState.Dead }));

        async Task<int> CountAsync(ReplayFilter filter)
        {
            var (count, _) = await world.Control.ReplayAsync(hook, filter, null, null, default);
            await world.PassAsync(TimeSpan.FromSeconds(5));
            Assert.Equal(count, receiver.TakeAll().Count);
            return count;
        }
    }
}
