using Cloud.Listener.Hosting;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Listener.Hosting;

public sealed class DeadlineTests
{
    readonly ManualClock clock = new(DateTimeOffset.UnixEpoch);
    int met;

    [Fact]
    public async Task It_is_met_once_when_its_time_has_come()
    {
        await using var deadline = new Deadline(clock, () => met++);
        deadline.Set(TimeSpan.FromMinutes(5));
        clock.Advance(TimeSpan.FromMinutes(4));
        Assert.Equal(0, met);
        clock.Advance(TimeSpan.FromMinutes(1));
        clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(1, met);
    }

    [Fact]
    public async Task Moved_on_it_is_met_at_the_later_time_only()
    {
        await using var deadline = new Deadline(clock, () => met++);
        deadline.Set(TimeSpan.FromMinutes(5));
        clock.Advance(TimeSpan.FromMinutes(4));
        deadline.Set(TimeSpan.FromMinutes(5));
        clock.Advance(TimeSpan.FromMinutes(4));
        Assert.Equal(0, met);
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(1, met);
    }

    [Fact]
    public async Task Moved_nearer_it_is_met_at_the_nearer_time()
    {
        await using var deadline = new Deadline(clock, () => met++);
        deadline.Set(TimeSpan.FromHours(1));
        deadline.Set(TimeSpan.FromSeconds(1));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, met);
    }

    [Fact]
    public async Task Cleared_it_is_never_met_and_can_be_set_again()
    {
        await using var deadline = new Deadline(clock, () => met++);
        deadline.Set(TimeSpan.FromSeconds(1));
        deadline.Clear();
        clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(0, met);
        deadline.Set(TimeSpan.FromSeconds(1));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, met);
    }
}
