using Cloud.Flow.Outbound;
using Cloud.Flow.Outbound.Relay.Traffic;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Flow.Outbound;

/// <summary>Messages that are in a hurry.</summary>
public sealed class PriorityTests
{
    [Fact]
    public async Task What_has_the_highest_priority_goes_first_of_what_is_due()
    {
        var world = await OutboundWorld.OpenAsync(new() { Parallel = 1 });
        foreach (var priority in new[] { 0, -3, 9, 0, 4 })
        {
            await world.SubmitAsync(
                world.Message(TestBackend.Alice, $"p{priority}@there.test") with
                {
                    Options = new() { Priority = priority },
                }
            );
        }

        using var stop = new CancellationTokenSource();
        var (left, ended) = (5, new TaskCompletionSource());
        var run = world.Sending.Worker.RunAsync(
            _ =>
            {
                if (Interlocked.Decrement(ref left) == 0)
                    ended.SetResult();
            },
            stop.Token
        );
        await ended.Task;
        await stop.CancelAsync();
        await run;
        Assert.Equal(["p9", "p4", "p0", "p0", "p-3"], world.Relay.Taken.Select(one => one.Recipient.Split('@')[0]));
    }

    [Fact]
    public async Task What_was_received_ahead_is_there_for_the_next_worker_when_this_one_stops()
    {
        var world = await OutboundWorld.OpenAsync(new() { Parallel = 1 });
        using var stop = new CancellationTokenSource();
        world.Relay.Meanwhile = (_, _) => stop.CancelAsync();
        for (var i = 0; i < 4; i++)
            await world.SubmitAsync(TestBackend.Alice, $"u{i}@there.test");
        await world.Sending.Worker.RunAsync(world.Results.Add, stop.Token);
        Assert.Single(world.Relay.Taken);
        world.Relay.Meanwhile = (_, _) => Task.CompletedTask;
        Assert.Equal(3, await world.Sending.Worker.WorkAsync(world.Results.Add, default));
        Assert.Equal(4, world.Relay.Taken.Count);
    }

    [Fact]
    public async Task A_place_at_a_destination_goes_to_who_has_the_highest_priority()
    {
        var clock = new ManualClock();
        var destinations = new Destinations(new MemoryRows(), clock);
        var places = new List<Passage>();
        for (var i = 0; i < DestinationState.MostAtOnce; i++)
            places.Add(await EnterAsync(0));
        var order = new List<string>();
        var waiting = new[] { (0, "first"), (-1, "low"), (5, "high"), (0, "second"), (5, "high too") }
            .Select(one => WaitAsync(one.Item1, one.Item2))
            .ToList();
        places[0].Dispose(); // each hands its place on to the next
        await Task.WhenAll(waiting);
        Assert.Equal(["high", "high too", "first", "second", "low"], order);

        ValueTask<Passage> EnterAsync(int priority) => destinations.EnterAsync("domain x", false, priority, default);

        async Task WaitAsync(int priority, string name)
        {
            using var passage = await EnterAsync(priority);
            order.Add(name);
        }
    }
}
