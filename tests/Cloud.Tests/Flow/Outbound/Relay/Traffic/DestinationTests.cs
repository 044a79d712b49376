using Cloud.Flow.Outbound.Relay.Traffic;
using Cloud.Store.Counting;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Flow.Outbound.Relay.Traffic;

/// <summary>One destination's turn-taking and memory.</summary>
public sealed class DestinationTests
{
    static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_backlog_beyond_an_hour_goes_out_at_the_learned_rate_without_much_asking()
    {
        var destination = new Destination("there.test");
        var waiting = new PriorityQueue<int, (DateTimeOffset At, int Number)>();
        for (var i = 0; i < 2000; i++)
            waiting.Enqueue(i, (Noon, i));
        var (perHour, asked) = (new int[2], 0);
        while (waiting.TryDequeue(out var number, out var due) && due.At < Noon.AddHours(2))
        {
            destination.Learn(state => state with { Rate = new(10, due.At) }); // and it does not grow
            asked++;
            if (destination.Count(due.At) is { } later)
            {
                Assert.InRange(later, due.At.AddTicks(1), due.At.AddHours(1));
                waiting.Enqueue(number, (later, number));
            }
            else
                perHour[(due.At - Noon).Hours]++;
        }

        Assert.All(perHour, sent => Assert.InRange(sent, 540, 630));
        Assert.InRange(asked, 2000, 10_000);
    }

    [Fact]
    public void A_success_does_not_end_the_pause_that_a_complaint_to_another_has_asked_for()
    {
        var soon = Noon.AddSeconds(5);
        var slowed = DestinationState.Fresh.Slowed(Noon).Worked(soon);
        var limited = DestinationState.Fresh.Limited(Noon, 100).Worked(soon);
        Assert.All([slowed, limited], state => Assert.False(state.IsOpen(soon)));
        Assert.All([slowed, limited], state => Assert.True(state.Worked(soon).IsOpen(Noon.AddMinutes(1))));

        var failed = DestinationState.Fresh.Failed(Noon).Failed(Noon).Failed(Noon);
        Assert.False(failed.IsOpen(soon));
        Assert.Equal(DestinationState.Fresh, failed.Worked(soon));
    }

    [Fact]
    public async Task A_success_beside_a_complaint_writes_nothing()
    {
        var rows = new CountingRows(new MemoryRows());
        var destinations = new Destinations(rows, new ManualClock());
        using var one = await destinations.EnterAsync("there.test", asksStore: false, 0, default);
        using var other = await destinations.EnterAsync("there.test", asksStore: false, 0, default);
        await one.SlowedAsync();
        Assert.Equal(1, rows.Commits);
        await other.WorkedAsync();
        Assert.Equal(1, rows.Commits);
        using var next = await destinations.EnterAsync("there.test", asksStore: false, 0, default);
        Assert.NotNull(next.ClosedUntil);
    }
}
