using Cloud.Flow.Inbound;
using Cloud.Listener.Hosting;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Listener.Hosting;

/// <summary>What becomes of accepted mail is told by its outcome.</summary>
public sealed class InboundLogTests
{
    [Theory]
    [InlineData(InboundOutcome.Done, false, null, new int[0])]
    [InlineData(InboundOutcome.Done, true, null, new[] { 5005 })]
    [InlineData(InboundOutcome.Waits, false, null, new int[0])]
    [InlineData(InboundOutcome.Waits, false, "no room", new[] { 5003 })]
    [InlineData(InboundOutcome.SetAside, false, "no room", new[] { 5000 })]
    [InlineData(InboundOutcome.DoneAfterAll, false, null, new[] { 5001 })]
    [InlineData(InboundOutcome.DoneAfterAll, true, null, new[] { 5005 })]
    [InlineData(InboundOutcome.NobodyLeft, false, null, new[] { 5004 })]
    public void Each_outcome_has_its_event(InboundOutcome outcome, bool isLost, string? reason, int[] events)
    {
        var log = new RecordingLogger();
        InboundLog.Tell(log, new(outcome, "19aa") { IsLost = isLost, Reason = reason });
        Assert.Equal(events, log.Ids);
        Assert.All(log.Entries, one => Assert.Contains("0000019aa", one.Text));
        if (reason is not null)
            Assert.Contains(log.Entries, one => one.Text.Contains(reason, StringComparison.Ordinal));
    }
}
