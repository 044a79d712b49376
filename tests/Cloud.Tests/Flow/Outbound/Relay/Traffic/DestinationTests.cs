using Cloud.Flow.Outbound.Relay.Traffic;
using Cloud.Store.Counting;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Flow.Outbound.Relay.Traffic;

/// <summary>One destination's turn-taking and memory.</summary>
public sealed class DestinationTests
{
    static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>By when two thousand have looked again, where nothing is known of the destination.</summary>
    static readonly TimeSpan LookAgain = TimeSpan.FromMinutes(10);

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
                Assert.InRange(later, due.At.AddTicks(1), due.At.AddMinutes(62));
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

    [Fact]
    public async Task Only_a_few_wait_for_a_place_and_the_others_come_again_one_after_the_other()
    {
        var clock = new ManualClock();
        var destinations = new Destinations(new MemoryRows(), clock);
        var inside = new List<Passage>();
        for (var i = 0; i < DestinationState.MostAtOnce; i++)
            inside.Add(await EnterAsync());
        var others = Enumerable.Range(0, 2000).Select(_ => EnterAsync().AsTask()).ToList();
        var away = others.FindAll(one => one.IsCompleted);
        Assert.Equal(2000 - DestinationState.MostAtOnce, away.Count);
        var times = away.ConvertAll(one => one.Result.ClosedUntil!.Value);
        Assert.Equal(times.Order().Distinct(), times); // the first is the first again
        Assert.All(times, time => Assert.InRange(time - clock.GetUtcNow(), TimeSpan.FromSeconds(1), LookAgain));

        // Of one where nobody comes to an end one looks in a second.
        clock.Advance(TimeSpan.FromSeconds(20)); // and those who waited are sent away
        foreach (var one in others)
            await one;
        clock.Advance(TimeSpan.FromMinutes(10));
        var later = Enumerable.Range(0, 100).Select(_ => EnterAsync().AsTask()).ToList();
        var spread = later.FindAll(one => one.IsCompleted).ConvertAll(one => one.Result.ClosedUntil!.Value);
        Assert.Equal(spread.Count, spread.Distinct().Count());
        Assert.Equal(TimeSpan.FromSeconds(spread.Count - 1), spread.Max() - spread.Min());
        inside.ForEach(one => one.Dispose());

        ValueTask<Passage> EnterAsync() => destinations.EnterAsync("there.test", asksStore: false, 0, default);
    }

    [Fact]
    public async Task Who_is_in_a_hurry_takes_the_place_in_line_of_one_who_is_not()
    {
        var destinations = new Destinations(new MemoryRows(), new ManualClock());
        var inside = new List<Passage>();
        for (var i = 0; i < DestinationState.MostAtOnce; i++)
            inside.Add(await EnterAsync(0));
        var line = Enumerable.Range(0, DestinationState.MostAtOnce).Select(_ => EnterAsync(0).AsTask()).ToList();
        var urgent = EnterAsync(5).AsTask();
        Assert.NotNull((await line[^1].WaitAsync(TimeSpan.FromSeconds(10))).ClosedUntil);
        inside[0].Dispose();
        Assert.Null((await urgent.WaitAsync(TimeSpan.FromSeconds(10))).ClosedUntil);
        Assert.DoesNotContain(line[..^1], one => one.IsCompleted);

        ValueTask<Passage> EnterAsync(int priority) => destinations.EnterAsync("there.test", false, priority, default);
    }
}
