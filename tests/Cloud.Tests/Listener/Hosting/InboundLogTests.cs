using Cloud.Flow.Inbound;
using Cloud.Listener.Hosting;
using Microsoft.Extensions.Logging;

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
        var log = new EventLog();
        InboundLog.Tell(log, new(outcome, "19aa") { IsLost = isLost, Reason = reason });
        Assert.Equal(events, log.Events.Select(one => one.Id));
        Assert.All(log.Events, one => Assert.Contains("0000019aa", one.Text));
        if (reason is not null)
            Assert.Contains(log.Events, one => one.Text.Contains(reason, StringComparison.Ordinal));
    }

    sealed class EventLog : ILogger
    {
        public List<(int Id, string Text)> Events { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => Events.Add((eventId.Id, formatter(state, exception)));
    }
}
