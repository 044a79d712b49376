using Cloud.Flow.Hooks;

namespace Cloud.Tests.Flow.Hooks;

public sealed class HookCrowdTests
{
    [Theory]
    [InlineData("*@a.test", "*@b.test", null, false)]
    [InlineData("*@a.test", null, "b.test", false)]
    [InlineData("x@a.test", null, "b.test", false)]
    [InlineData("*@a.test", "x*@a.test", null, true)]
    [InlineData("*@a.test", "*.test", null, true)]
    [InlineData("*-in@a.test", "*-out@a.test", null, true)] // one message may be for both
    [InlineData("*@a.test", null, "a.test", true)]
    [InlineData("*", null, "a.test", true)]
    public void Only_those_count_together_that_may_hear_of_one_event(
        string there,
        string? address,
        string? domain,
        bool isCrowded
    )
    {
        var hook = HookWorld.Wanted("https://there.test/");
        var all = Enumerable.Repeat(hook with { Address = there }, Hook.MaxOfEvent);
        var fault = HookCrowd.FaultOf(hook with { Address = address, Domain = domain }, all);
        Assert.Equal(isCrowded, fault is not null);
    }
}
