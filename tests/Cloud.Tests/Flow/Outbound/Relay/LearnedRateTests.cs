using Cloud.Flow.Outbound;
using Cloud.Flow.Outbound.Relay.Traffic;
using Cloud.Store.Ports;
using Cloud.Tests.Dns;

namespace Cloud.Tests.Flow.Outbound.Relay;

/// <summary>Destinations that take so many messages in a time.</summary>
public sealed class LearnedRateTests : IAsyncDisposable
{
    const string First = "192.88.98.1";
    const string Complaint = "451 4.7.651 The mail server has been temporarily rate limited";

    static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    readonly RelayWorld world = new();

    public LearnedRateTests() => world.Zones.Add($"there.example A {First}");

    public ValueTask DisposeAsync() => world.DisposeAsync();

    [Fact]
    public void A_complaint_halves_what_was_sent_and_time_gives_it_back()
    {
        var rate = LearnedRate.After(null, 40, Noon);
        Assert.Equal(20, rate.At(Noon));
        Assert.Equal(32, rate.At(Noon.AddHours(1)));
        Assert.Null(rate.At(Noon.AddDays(1)));

        // Of two complaints at once each counts; and never is there nothing.
        Assert.Equal(10, LearnedRate.After(rate, 40, Noon).At(Noon));
        Assert.Equal(1, LearnedRate.After(new(1, Noon), 0.3, Noon).At(Noon));
    }

    [Theory]
    [InlineData("RCPT", Complaint)]
    [InlineData("MAIL", "421 4.7.28 Our system has detected an unusual rate of unsolicited mail")]
    [InlineData("GREETING", "421 4.7.28 Too many messages from your network, slow down")]
    [InlineData("EHLO", "421 4.7.28 Our system has detected an unusual rate of mail")]
    [InlineData("MESSAGE", "450 4.7.1 You are sending too many messages, slow down")]
    public async Task A_domain_that_complains_of_the_rate_gets_half_as_many_in_a_minute(string verb, string reply)
    {
        world.Serve(First);
        for (var i = 0; i < 7; i++)
            Assert.Equal(RelayVerdict.Relayed, await SendAsync());
        world.Serve(First, (heard, line) => heard == verb ? reply : RelayWorld.Takes(heard, line));
        await world.Relay.Idle.DisposeAsync();
        Assert.Equal(RelayVerdict.Deferred, await SendAsync());

        world.Serve(First);
        world.Clock.Advance(TimeSpan.FromMinutes(2));
        for (var i = 0; i < 4; i++)
            Assert.Equal(RelayVerdict.Relayed, await SendAsync());
        var first = await PutOffAsync(world);
        var second = await PutOffAsync(world);
        Assert.InRange(first - world.Clock.GetUtcNow(), TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(2));
        Assert.Equal(TimeSpan.FromSeconds(15), second - first); // each in its own place

        world.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(RelayVerdict.Relayed, await SendAsync());
    }

    [Fact]
    public async Task Greylisting_teaches_no_rate()
    {
        world.Serve(
            First,
            (verb, line) =>
                verb == "RCPT" ? "451 4.7.1 Greylisted, come again in 5 minutes" : RelayWorld.Takes(verb, line)
        );
        for (var i = 0; i < 5; i++)
            Assert.Equal(RelayVerdict.Deferred, await SendAsync());
        Assert.Equal(5, world.Servers.Sum(one => one.Server.Messages.Count)); // empty ones: each was asked
    }

    [Fact]
    public async Task Another_process_knows_of_it_when_it_looks_and_calm_writes_nothing()
    {
        world.Serve(First, (verb, line) => verb == "RCPT" ? Complaint : RelayWorld.Takes(verb, line));
        await SendAsync();
        await using var other = world.Another();
        other.Zones.Add($"there.example A {First}");
        other.Serve(First);
        world.Clock.Advance(TimeSpan.FromMinutes(2));
        var later = other.Job(["ada@there.example"]) with { WasPostponed = true };
        Assert.Equal(RelayVerdict.Relayed, (await other.SendAsync(later)).Outcomes[0].Verdict);
        var before = await StateAsync();
        Assert.Equal(1, before.Rate?.PerMinute);
        Assert.True(await PutOffAsync(other) > world.Clock.GetUtcNow());
        world.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(RelayVerdict.Relayed, (await other.SendAsync(later)).Outcomes[0].Verdict);
        Assert.Equal(before, await StateAsync());
    }

    [Fact]
    public void A_row_of_the_first_version_is_read()
    {
        var state = new DestinationState(2, Noon, 5, 7, new(30, Noon));
        var row = DestinationRows.ToRow(state);
        Assert.Equal(state, DestinationRows.Of(row));
        var old = row.Bytes("State")![..24];
        old[0] = 1;
        Assert.Equal(state with { Rate = null }, DestinationRows.Of(new() { { "State", old } }));
    }

    async Task<DestinationState> StateAsync() =>
        DestinationRows.Of(
            (
                await world.Rows.GetAsync(
                    DestinationRows.Table,
                    DestinationRows.Key("domain there.example")!.Value,
                    default
                )
            )!.Data
        );

    async Task<RelayVerdict> SendAsync() => Assert.Single(await world.SendAsync("ada@there.example")).Verdict;

    static async Task<DateTimeOffset> PutOffAsync(RelayWorld from)
    {
        var outcome = Assert.Single(await from.SendAsync("ada@there.example"));
        Assert.Equal((RelayVerdict.Deferred, true), (outcome.Verdict, outcome.IsUntried));
        return outcome.NextAttempt!.Value;
    }
}
