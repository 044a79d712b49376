using Cloud.Flow.Outbound;
using Cloud.Tests.Dns;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Flow.Outbound.Relay;

/// <summary>Attempts that end before all hosts were asked: what was heard until then stands.</summary>
public sealed class CutShortTests : IAsyncDisposable
{
    const string First = "192.88.98.1";
    const string Second = "192.88.98.2";

    readonly Faults faults = new();
    readonly RelayWorld world;

    public CutShortTests()
    {
        world = new() { Faults = faults };
        for (var i = 1; i <= 4; i++)
            world.Zones.Add($"there.example MX {i}0 mx{i}.there.example\nmx{i}.there.example A 192.88.98.{i}");
    }

    public ValueTask DisposeAsync() => world.DisposeAsync();

    static string? PutsBobOff(string verb, string line) =>
        line.Contains("RCPT TO:<bob@", StringComparison.Ordinal) ? "451 4.3.0 Later" : RelayWorld.Takes(verb, line);

    [Fact]
    public async Task What_one_host_has_taken_stays_taken_when_the_next_ones_are_silent_until_the_attempt_is_over()
    {
        world.Serve(First, PutsBobOff);
        for (var i = 2; i <= 4; i++)
            world.ServeSilence($"192.88.98.{i}");
        using var over = new CancellationTokenSource(TimeSpan.FromMinutes(14), world.Clock);
        var job = world.Job(["ada@there.example", "bob@there.example"]);
        var outcomes = (
            await world.PatientlyAsync(world.Relay.SendAsync(job, over.Token).AsTask(), TimeSpan.FromSeconds(10))
        ).Outcomes;
        Assert.True(over.IsCancellationRequested);
        Assert.Equal((RelayVerdict.Relayed, "mx1.there.example"), (outcomes[0].Verdict, outcomes[0].Host));
        Assert.Equal((RelayVerdict.Deferred, "4.3.0"), (outcomes[1].Verdict, outcomes[1].Status));
        Assert.All(outcomes, one => Assert.False(one.MayHaveBeenTaken));
    }

    [Fact]
    public async Task Of_an_attempt_that_is_over_before_anybody_was_asked_nobody_may_have_the_message()
    {
        for (var i = 1; i <= 4; i++)
            world.ServeSilence($"192.88.98.{i}");
        using var over = new CancellationTokenSource(TimeSpan.FromMinutes(14), world.Clock);
        var sending = world.Relay.SendAsync(world.Job(["ada@there.example"]), over.Token).AsTask();
        var outcome = Assert.Single((await world.PatientlyAsync(sending, TimeSpan.FromSeconds(10))).Outcomes);
        Assert.Equal((RelayVerdict.Deferred, false), (outcome.Verdict, outcome.MayHaveBeenTaken));
    }

    [Fact]
    public async Task A_store_that_fails_in_the_midst_of_an_attempt_neither_ends_nor_forgets_it()
    {
        world.Serve(First, PutsBobOff).Serve(Second);
        faults.Fail("get destinations", after: 2);
        var job = world.Job(["ada@there.example", "bob@there.example"]) with { Attempt = 2 };
        var outcomes = (await world.SendAsync(job)).Outcomes;
        Assert.Equal([RelayVerdict.Relayed, RelayVerdict.Relayed], outcomes.Select(one => one.Verdict));
        Assert.Equal(["mx1.there.example", "mx2.there.example"], outcomes.Select(one => one.Host));
    }

    [Fact]
    public async Task A_fault_of_ours_after_one_has_it_is_told_with_what_was_heard()
    {
        world.Serve(First);
        var job = world.Job(
            ["ada@there.example", "bob@there.example"],
            message => message with { Options = new() { Verp = true } }
        ) with
        {
            VerpTags = to => to.Local == "bob" ? throw new InvalidOperationException("broken") : "tag",
        };
        var result = await world.SendAsync(job);
        Assert.Equal([RelayVerdict.Relayed, RelayVerdict.Deferred], result.Outcomes.Select(one => one.Verdict));
    }
}
