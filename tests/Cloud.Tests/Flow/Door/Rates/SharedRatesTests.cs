using Cloud.Flow.Door.Rates;
using Cloud.Store.Counting;
using Cloud.Store.Ports;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Flow.Door.Rates;

public sealed class SharedRatesTests
{
    static readonly RateLimit TenAnHour = new(RateUnit.Messages, 10, TimeSpan.FromHours(1));

    readonly ManualClock clock = new(new(2026, 1, 2, 3, 0, 0, TimeSpan.Zero));
    readonly MemoryRows store = new();
    readonly Faults faults = new();
    readonly CountingRows rows;
    readonly SharedRates rates;

    public SharedRatesTests()
    {
        rows = new(new FaultyRows(store, faults));
        rates = new(rows, clock);
    }

    ValueTask<RateVerdict> TakeAsync(int recipients, params RateLimit[] limits) =>
        rates.TakeAsync("account", limits, recipients, default);

    async Task<int> TakeAllAsync(RateLimit limit)
    {
        var taken = 0;
        while ((await TakeAsync(1, limit)).Outcome == RateOutcome.Ok)
            taken++;
        return taken;
    }

    [Fact]
    public async Task The_eleventh_message_in_an_hour_is_over_a_limit_of_ten()
    {
        Assert.Equal(10, await TakeAllAsync(TenAnHour));
        var verdict = await TakeAsync(1, TenAnHour);
        Assert.Equal((RateOutcome.OverLimit, TenAnHour), (verdict.Outcome, verdict.Limit));
        Assert.Equal("over 10 messages in 1 h: 10 by now", verdict.Reason);
    }

    [Fact]
    public async Task It_costs_a_read_and_a_write_a_message_and_nothing_one_that_is_refused()
    {
        await TakeAllAsync(TenAnHour);
        Assert.Equal((10, 10), (rows.Reads, rows.Commits));
        Assert.Single(store.AllKeys("rates"));
        rows.Reset();
        await TakeAsync(1);
        Assert.Equal((0, 0), (rows.Reads, rows.Commits));
    }

    [Fact]
    public async Task The_window_slides()
    {
        await TakeAllAsync(TenAnHour); // 3:00
        clock.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(0, await TakeAllAsync(TenAnHour));
        clock.Advance(TimeSpan.FromMinutes(31)); // 4:30: half of them are taken to be in the last hour
        Assert.Equal(5, await TakeAllAsync(TenAnHour));
        clock.Advance(TimeSpan.FromMinutes(30));
        Assert.Equal(5, await TakeAllAsync(TenAnHour));
        clock.Advance(TimeSpan.FromHours(2));
        Assert.Equal(10, await TakeAllAsync(TenAnHour));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(17)]
    [InlineData(59)]
    public async Task Who_waits_as_told_comes_in_and_not_earlier(int minutes)
    {
        clock.Advance(TimeSpan.FromMinutes(minutes));
        await TakeAllAsync(TenAnHour);
        for (var i = 0; i < 20; i++)
        {
            var wait = (await TakeAsync(1, TenAnHour)).Wait!.Value;
            clock.Advance(wait - TimeSpan.FromSeconds(2));
            Assert.Equal(RateOutcome.OverLimit, (await TakeAsync(1, TenAnHour)).Outcome);
            clock.Advance(TimeSpan.FromSeconds(2));
            Assert.Equal(RateOutcome.Ok, (await TakeAsync(1, TenAnHour)).Outcome);
        }
    }

    [Fact]
    public async Task Recipients_are_counted_and_what_is_refused_is_not()
    {
        var limit = new RateLimit(RateUnit.Recipients, 100, TimeSpan.FromDays(1));
        Assert.Equal(RateOutcome.Ok, (await TakeAsync(60, TenAnHour, limit)).Outcome);
        Assert.Equal(limit, (await TakeAsync(60, TenAnHour, limit)).Limit);
        Assert.Equal(RateOutcome.Ok, (await TakeAsync(40, TenAnHour, limit)).Outcome);
        Assert.Equal(8, await TakeAllAsync(TenAnHour));
    }

    [Fact]
    public async Task A_message_with_more_recipients_than_the_limit_never_comes_in()
    {
        var limit = new RateLimit(RateUnit.Recipients, 100, TimeSpan.FromDays(1));
        var verdict = await TakeAsync(101, limit);
        Assert.Equal((RateOutcome.OverLimit, null), (verdict.Outcome, verdict.Wait));
    }

    [Fact]
    public async Task Processes_count_together_and_accounts_apart()
    {
        var other = new SharedRates(rows, clock);
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(RateOutcome.Ok, (await TakeAsync(1, TenAnHour)).Outcome);
            Assert.Equal(RateOutcome.Ok, (await other.TakeAsync("account", [TenAnHour], 1, default)).Outcome);
        }

        Assert.Equal(RateOutcome.OverLimit, (await TakeAsync(1, TenAnHour)).Outcome);
        Assert.Equal(RateOutcome.Ok, (await rates.TakeAsync("other", [TenAnHour], 1, default)).Outcome);
    }

    [Fact]
    public async Task Messages_that_come_at_once_are_all_counted()
    {
        var taken = await Task.WhenAll(
            Enumerable.Range(0, 30).Select(_ => Task.Run(() => TakeAsync(1, TenAnHour).AsTask()))
        );
        Assert.Equal(10, taken.Count(verdict => verdict.Outcome == RateOutcome.Ok));
        Assert.Equal(20, taken.Count(verdict => verdict.Outcome == RateOutcome.OverLimit));
    }

    [Fact]
    public async Task A_process_whose_clock_is_behind_counts_in_the_same_window()
    {
        await TakeAllAsync(TenAnHour);
        var behind = new SharedRates(rows, new ManualClock(clock.GetUtcNow() - TimeSpan.FromMinutes(10)));
        Assert.Equal(RateOutcome.OverLimit, (await behind.TakeAsync("account", [TenAnHour], 1, default)).Outcome);
    }

    [Theory]
    [InlineData("get rates")]
    [InlineData("commit rates")]
    public async Task A_store_that_fails_refuses_nobody_and_says_so(string operation)
    {
        faults.Fail(operation);
        var verdict = await TakeAsync(1, TenAnHour);
        Assert.Equal((RateOutcome.Unavailable, "the store failed"), (verdict.Outcome, verdict.Reason));
        Assert.IsAssignableFrom<StoreException>(verdict.Fault);
    }

    [Fact]
    public async Task Whoever_gives_up_gets_a_verdict_and_no_exception() =>
        Assert.Equal(
            RateOutcome.Unavailable,
            (await rates.TakeAsync("account", [TenAnHour], 1, new CancellationToken(true))).Outcome
        );

    [Fact]
    public async Task In_parts_a_process_asks_the_store_once_for_each_part()
    {
        var limit = new RateLimit(RateUnit.Messages, 200, TimeSpan.FromHours(1));
        var parted = new SharedRates(rows, clock, parts: 20);
        var taken = 0;
        while ((await parted.TakeAsync("account", [limit], 1, default)).Outcome == RateOutcome.Ok)
            taken++;
        Assert.Equal(200, taken);
        Assert.Equal((18, 18), (rows.Reads, rows.Commits)); // each time with the eleventh
    }

    [Fact]
    public async Task In_parts_processes_let_through_a_part_each_beyond_the_limit_at_most()
    {
        var limit = new RateLimit(RateUnit.Messages, 200, TimeSpan.FromHours(1));
        var processes = Enumerable.Range(0, 4).Select(_ => new SharedRates(rows, clock, parts: 20)).ToArray();
        var taken = 0;
        for (var message = 0; message < 1000; message++)
        {
            if ((await processes[message % 4].TakeAsync("account", [limit], 1, default)).Outcome == RateOutcome.Ok)
                taken++;
        }
        Assert.InRange(taken, 200, 240);
    }

    [Fact]
    public async Task A_process_that_ends_forgets_a_part_at_most()
    {
        var limit = new RateLimit(RateUnit.Messages, 200, TimeSpan.FromHours(1));
        for (var message = 0; message < 150; message++)
            await new SharedRates(rows, clock, parts: 0).TakeAsync("account", [limit], 1, default);
        var parted = new SharedRates(rows, clock, parts: 20);
        var taken = 0;
        while ((await parted.TakeAsync("account", [limit], 1, default)).Outcome == RateOutcome.Ok)
            taken++;
        Assert.Equal(50, taken);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task What_is_given_back_may_be_taken_again(int parts)
    {
        var parted = new SharedRates(rows, clock, parts);
        for (var message = 0; message < 100; message++)
        {
            Assert.Equal(RateOutcome.Ok, (await parted.TakeAsync("account", [TenAnHour], 1, default)).Outcome);
            await parted.GiveBackAsync("account", [TenAnHour], 1);
        }
    }

    [Fact]
    public async Task What_came_in_while_the_store_failed_counts_afterwards()
    {
        faults.Fail("commit rates");
        for (var message = 0; message < 4; message++)
            await TakeAsync(1, TenAnHour);
        faults.Heal();
        Assert.Equal(6, await TakeAllAsync(TenAnHour));
    }

    [Fact]
    public async Task The_sweep_removes_counts_that_have_faded()
    {
        var test = await TestBackend.OpenAsync(rows, time: clock, options: new() { SoleOwner = false });
        await TakeAllAsync(TenAnHour);
        Assert.Equal(0, (await test.Backend.Sweeper.RunAsync(TimeSpan.FromMinutes(5), default)).DoorRows);
        clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(1, (await test.Backend.Sweeper.RunAsync(TimeSpan.FromMinutes(5), default)).DoorRows);
        Assert.Empty(store.AllKeys("rates"));
    }
}
