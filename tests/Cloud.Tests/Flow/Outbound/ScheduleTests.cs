using Cloud.Flow.Outbound;
using Cloud.Store.Outbox;
using Cloud.Store.Ports;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Flow.Outbound;

/// <summary>What is looked for by time: messages that the queue may have lost, or only lags behind with.</summary>
public sealed class ScheduleTests
{
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task A_queue_that_only_lags_gets_one_more_of_a_message_however_many_look()
    {
        var world = await OutboundWorld.OpenAsync();
        var other = await AnotherAsync(world);
        for (var i = 0; i < 3; i++)
            await world.SubmitAsync(
                world.Message(TestBackend.Alice, $"u{i}@there.test") with
                {
                    Options = new() { Priority = 5 },
                }
            );
        world.Clock.Advance(TimeSpan.FromMinutes(45));
        Assert.Equal(3, await RunAsync(world.Sending));
        Assert.Equal(0, await RunAsync(other.Backend.Sending));
        Assert.Equal(0, (await world.Test.Backend.Sweeper.RunAsync(TimeSpan.FromHours(1), default)).Requeued);
        Assert.Equal(6, world.MemoryQueues.CountOf(OutboundWorker.Queue));
        var tasks = await world.MemoryQueues.ReceiveAsync(OutboundWorker.Queue, 32, TimeSpan.FromSeconds(1), default);
        Assert.All(tasks, task => Assert.Equal(5, OutboundTask.Parse(task.Body)?.Priority));

        // Over half a day of nobody working each is put there a few times, not each ten minutes.
        await LookAsync(world, TimeSpan.FromHours(12));
        Assert.InRange(world.MemoryQueues.CountOf(OutboundWorker.Queue), 6, 3 * 6);
        await world.WorkAsync();
        Assert.Equal(3, world.Relay.Taken.Count);
    }

    [Fact]
    public async Task A_notice_that_is_owed_is_put_on_the_queue_once_in_half_an_hour_and_told_once()
    {
        var faults = new Faults();
        var world = await OutboundWorld.OpenAsync(faults: faults);
        world.Relay.Answer = (job, to) =>
        {
            faults.Fail("write|complete"); // of the notice
            return ScriptedRelay.Refuse(job, to);
        };
        await world.SubmitAsync("ann@other.test", "bob@there.test");
        await world.EndAsync(world.WorkAsync());
        faults.Heal();
        world.Relay.Answer = ScriptedRelay.Take;
        await DrainAsync(world);
        world.Clock.Advance(TimeSpan.FromMinutes(45));
        var other = await AnotherAsync(world);
        var first = await RunAsync(world.Sending);
        Assert.InRange(first, 1, 2);
        Assert.Equal(0, await RunAsync(other.Backend.Sending));
        await world.PassAsync(TimeSpan.FromHours(1));
        Assert.Single(world.Relay.Taken); // by ann, what came back
    }

    [Fact]
    public async Task A_message_that_waits_is_looked_at_six_times_in_a_day()
    {
        Assert.Equal(20 * 6, await QueriesAsync(20) - await QueriesAsync(0));

        static async Task<int> QueriesAsync(int waiting)
        {
            var world = await OutboundWorld.OpenAsync();
            for (var i = 0; i < waiting; i++)
                await world.SubmitAsync(
                    world.Message(TestBackend.Alice, $"u{i}@there.test") with
                    {
                        HoldUntil = world.Clock.GetUtcNow() + TimeSpan.FromDays(3),
                    }
                );
            world.ResetCounts();
            Assert.Equal(0, await LookAsync(world, TimeSpan.FromDays(1)));
            return world.Rows.Reads;
        }
    }

    [Fact]
    public async Task A_run_that_was_left_out_is_made_up_for()
    {
        var world = await OutboundWorld.OpenAsync();
        world.Clock.Advance(TimeSpan.FromMinutes(31));
        await RunAsync(world.Sending);
        var message = await world.SubmitAsync(TestBackend.Alice, "bob@there.test");
        await DrainAsync(world);
        world.Clock.Advance(TimeSpan.FromMinutes(58)); // it was of age some runs ago
        Assert.Equal(1, await RunAsync(world.Sending));
        await world.WorkAsync();
        Assert.Equal(RecipientState.Sent, await world.StateAsync(message));
    }

    [Fact]
    public async Task After_a_start_what_was_never_tried_is_queued_for_its_own_time_however_old_it_is()
    {
        var world = await OutboundWorld.OpenAsync();
        var old = await world.SubmitAsync(TestBackend.Alice, "bob@there.test");
        var later = await world.SubmitAsync(
            world.Message(TestBackend.Alice, "eve@there.test") with
            {
                HoldUntil = world.Clock.GetUtcNow() + TimeSpan.FromHours(30),
            }
        );
        await DrainAsync(world);
        world.Clock.Advance(TimeSpan.FromHours(20)); // the server was off
        var heir = await AnotherAsync(world, isSole: true);
        Assert.Equal(2, await heir.Backend.Sending.Schedule.ResumeAsync(world.Clock.GetUtcNow(), Limit, default));
        await world.WorkAsync();
        Assert.Equal(
            (RecipientState.Sent, RecipientState.Waiting),
            (await world.StateAsync(old), await world.StateAsync(later))
        );
        await world.PassAsync(TimeSpan.FromHours(10) - TimeSpan.FromMinutes(1));
        Assert.Single(world.Relay.Taken);
        await world.PassAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(2, world.Relay.Taken.Count);
    }

    static async Task<int> RunAsync(Sending sending) => (await sending.Schedule.RunAsync(Limit, default)).Requeued;

    /// <summary>Looks every ten minutes, and does nothing else.</summary>
    static async Task<int> LookAsync(OutboundWorld world, TimeSpan time)
    {
        var requeued = 0;
        for (var left = time; left > TimeSpan.Zero; left -= Schedule.Every)
        {
            world.Clock.Advance(Schedule.Every);
            requeued += await RunAsync(world.Sending);
        }

        return requeued;
    }

    /// <summary>The queue loses all that it has.</summary>
    static async Task DrainAsync(OutboundWorld world) =>
        await world.MemoryQueues.RemoveAsync(OutboundWorker.Queue, default);

    static Task<TestBackend> AnotherAsync(OutboundWorld world, bool isSole = false) =>
        TestBackend.OpenAsync(
            world.MemoryRows,
            world.MemoryBlobs,
            world.MemoryQueues,
            world.Clock,
            new() { SoleOwner = isSole },
            seed: 2,
            relay: world.Relay
        );
}
