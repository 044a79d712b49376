using Cloud.Tests.Fakes;
using Cloud.Wire;

namespace Cloud.Tests.Wire;

public sealed class CircuitBreakerTests
{
    readonly ManualClock clock = new();

    [Fact]
    public void Calls_begun_before_it_opened_keep_it_open_no_longer()
    {
        var breaker = new CircuitBreaker(1, TimeSpan.FromSeconds(10), clock);
        Assert.True(breaker.TryEnter(out _) && breaker.TryEnter(out _) && breaker.TryEnter(out _));
        Assert.True(breaker.Failed(isProbe: false));
        clock.Advance(TimeSpan.FromSeconds(9));
        Assert.False(breaker.Failed(isProbe: false));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(breaker.TryEnter(out var isProbe) && isProbe);
        // Nor do they let a second probe out.
        Assert.False(breaker.Failed(isProbe: false));
        breaker.ToldNothing(isProbe: false);
        Assert.False(breaker.TryEnter(out _));
        Assert.False(breaker.Failed(isProbe: true));
        Assert.True(breaker.IsOpen);
    }
}
