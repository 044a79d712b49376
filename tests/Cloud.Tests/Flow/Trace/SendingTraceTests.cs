using Cloud.Flow.Outbound;
using Cloud.Flow.Trace;
using Cloud.Tests.Fakes;
using Cloud.Tests.Flow.Outbound;

namespace Cloud.Tests.Flow.Trace;

/// <summary>Each attempt to hand a message on is told with what the other server said, and costs no more than without.</summary>
public sealed class SendingTraceTests
{
    [Fact]
    public async Task Every_attempt_is_told_with_its_answer()
    {
        var world = await OutboundWorld.OpenAsync();
        var answers = 0;
        world.Relay.Answer = (job, to) => ++answers <= 2 ? ScriptedRelay.Defer(job, to) : ScriptedRelay.Take(job, to);
        var message = await world.SubmitAsync(TestBackend.Alice, "dave@away.test");
        await world.PassAsync(TimeSpan.FromHours(3));
        var report = await world.Test.Backend.Traces.ShowAsync(message.Id, TraceScope.User(TestBackend.Alice), default);
        var sending = report!.Steps.Where(step => step.Kind == TraceKind.Sending).ToList();
        Assert.Equal(
            [
                "attempt 1. mx.there.test 451 4.2.1 Come back later",
                "attempt 2. mx.there.test 451 4.2.1 Come back later",
                "handed over by mx.there.test [192.0.2.25:25], TLS 1.3: 250 2.0.0 Ok",
            ],
            sending.Select(step => step.Text)
        );
        Assert.All(sending, step => Assert.Equal("dave@away.test", step.Who));
        Assert.True(sending[0].At < sending[1].At && sending[1].At < sending[2].At);
    }

    [Fact]
    public async Task Of_many_attempts_the_newest_are_kept()
    {
        var world = await OutboundWorld.OpenAsync();
        world.Relay.Answer = ScriptedRelay.Defer;
        var message = await world.SubmitAsync(TestBackend.Alice, "dave@away.test");
        for (var tries = 0; tries < 30; tries++)
        {
            await world.Sending.Control.RetryAsync(message.Id, default);
            await world.PassAsync(TimeSpan.FromMinutes(1));
        }
        var to = Assert.Single((await world.ShowAsync(message)).Recipients);
        Assert.InRange(to.Attempts, 25, 40);
        Assert.Contains($" {to.Attempts}. ", to.History[^1]);
        Assert.InRange(to.History.Sum(line => line.Length), 1000, 4096);
    }
}
