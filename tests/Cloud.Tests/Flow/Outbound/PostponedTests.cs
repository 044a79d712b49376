using Cloud.Flow.Outbound;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Flow.Outbound;

/// <summary>Mail whose turn it is not yet: nobody was asked.</summary>
public sealed class PostponedTests
{
    [Fact]
    public async Task What_nobody_was_asked_for_is_no_attempt_and_is_looked_at_when_it_was_said()
    {
        var world = await PostponingAsync(TimeSpan.FromMinutes(10));
        var message = await world.SubmitAsync(TestBackend.Alice, "bob@there.test");
        await world.PassAsync(TimeSpan.FromMinutes(35));
        Assert.Equal([1, 1, 1, 1], world.Relay.Jobs.Select(job => job.Attempt));
        Assert.Equal([false, true, true, true], world.Relay.Jobs.Select(job => job.WasPostponed));
        Assert.Equal(0, (await world.ShowAsync(message)).Recipients[0].Attempts);

        world.Relay.Answer = ScriptedRelay.Defer;
        await world.PassAsync(TimeSpan.FromMinutes(6));
        Assert.Equal(1, (await world.ShowAsync(message)).Recipients[0].Attempts);
        world.Relay.Answer = ScriptedRelay.Take;
        await world.PassAsync(TimeSpan.FromMinutes(5)); // as after any first attempt
        Assert.Single(world.Relay.Taken);
    }

    [Fact]
    public async Task Its_sender_is_told_once_that_it_takes_long_and_it_comes_back_in_the_end()
    {
        var world = await PostponingAsync(TimeSpan.FromHours(1));
        var message = await world.SubmitAsync(TestBackend.Alice, "bob@there.test");
        await world.PassAsync(TimeSpan.FromHours(3.9));
        Assert.Empty(await world.InboxAsync(world.Test.AliceId));
        await world.PassAsync(TimeSpan.FromHours(20));
        Assert.Contains("Action: delayed", Assert.Single(await world.InboxAsync(world.Test.AliceId)));
        await world.PassAsync(TimeSpan.FromDays(5), TimeSpan.FromMinutes(30));
        Assert.Equal(2, (await world.InboxAsync(world.Test.AliceId)).Count);
        Assert.Equal(Cloud.Store.Outbox.RecipientState.Failed, await world.StateAsync(message));
        Assert.Equal(0, world.MemoryQueues.CountOf("outbound"));
    }

    static async Task<OutboundWorld> PostponingAsync(TimeSpan pause)
    {
        var world = await OutboundWorld.OpenAsync();
        world.Relay.Answer = (_, to) =>
            new(to.Number, RelayVerdict.Deferred, "4.4.5", "450 4.4.5 there.test gets no more at the moment")
            {
                NextAttempt = world.Clock.GetUtcNow() + pause,
                IsUntried = true,
            };
        return world;
    }
}
