using Cloud.Flow.Outbound;
using Cloud.Flow.Outbound.Relay;
using Cloud.Flow.Outbound.Relay.Smarthosts;
using Cloud.Mail;
using Cloud.Store.Ports;
using Cloud.Tests.Dns;
using Cloud.Tests.Fakes;
using Cloud.Trust.Dkim;
using Cloud.Wire.Limits;

namespace Cloud.Tests.Flow.Outbound.Relay;

/// <summary>Mail that goes by way of a smarthost, or into the sink.</summary>
public sealed class SmarthostRelayTests : IAsyncDisposable
{
    const string First = RelayWorld.First;
    const string Second = RelayWorld.Second;

    readonly RelayWorld world = new();

    public ValueTask DisposeAsync() => world.DisposeAsync();

    [Fact]
    public async Task A_smarthost_gets_all_mail_with_its_user_and_secret_and_nothing_is_looked_up_but_itself()
    {
        world.Options = world.Options with
        {
            Smarthosts = new(
                SmarthostText.TryParse("relay.example:2525,none,user=a@b, c", SmarthostSecret.Of("s3cret"), out _)
            ),
        };
        world.Zones.Add("relay.example A 10.1.2.3");
        string? said = null;
        world.Serve(
            "10.1.2.3:2525",
            (verb, line) =>
            {
                said = verb == "AUTH" ? line : said;
                return verb switch
                {
                    "EHLO" => "250-relay\n250 AUTH PLAIN LOGIN",
                    "AUTH" => "235 Ok",
                    _ => RelayWorld.Takes(verb, line),
                };
            }
        );
        var result = await world.SendAsync(world.Job(["ada@there.example"]));
        Assert.Equal(RelayVerdict.Relayed, result.Outcomes[0].Verdict);
        Assert.Equal("AUTH PLAIN " + Convert.ToBase64String("\0a@b, c\0s3cret"u8), said);
        Assert.All(world.Zones.Asked, question => Assert.Equal("relay.example", $"{question.Name}"));
        Assert.DoesNotContain(result.Transcript, line => line.Contains("s3cret") || line.Contains(said![11..]));
    }

    [Fact]
    public async Task The_sink_reads_a_message_to_its_end_and_sends_it_nowhere_whatever_it_asks_for()
    {
        world.AddThere();
        world.Serve(First);
        world.Options = world.Options with { Smarthosts = new(Smarthost.Sink) };
        await using var octets = new SeenToEnd("From: me@here.example\r\n\r\nHello\r\n"u8.ToArray());
        var job = world.Job(
            ["ada@there.example", "bob@there.example"],
            message => message with { Options = new() { RequireTls = true } }
        ) with
        {
            OpenBlob = _ => new(octets),
        };
        var result = await world.SendAsync(job);
        Assert.Equal([0, 1], result.Outcomes.Select(outcome => outcome.Number));
        Assert.All(
            result.Outcomes,
            outcome =>
                Assert.Equal(
                    (RelayVerdict.Relayed, "2.0.0", "250 2.0.0 Sink: sent nowhere", "sink"),
                    (outcome.Verdict, outcome.Status, outcome.Reply, outcome.Host)
                )
        );
        Assert.True(octets.WasReadToEnd);
        Assert.Empty(world.Zones.Asked);
        Assert.Empty(world.Dialled);
    }

    [Fact]
    public async Task What_cannot_be_read_is_not_taken_by_the_sink_either()
    {
        world.Options = world.Options with { Smarthosts = new(Smarthost.Sink) };
        var job = world.Job(["ada@there.example"]) with { OpenBlob = _ => throw new StoreException("gone") };
        await Assert.ThrowsAsync<StoreException>(() => world.SendAsync(job));
    }

    [Fact]
    public async Task A_smarthost_that_does_not_know_us_puts_mail_off_and_sends_nothing_back()
    {
        world.Options = world.Options with
        {
            Smarthosts = new(SmarthostText.TryParse("relay.example,none,user=a", SmarthostSecret.Of("wrong"), out _)),
        };
        world.Zones.Add($"relay.example A {First}");
        world.Serve(
            $"{First}:587",
            (verb, line) =>
                verb switch
                {
                    "EHLO" => "250-relay\n250 AUTH PLAIN",
                    "AUTH" => "535 5.7.8 No",
                    _ => RelayWorld.Takes(verb, line),
                }
        );
        var outcome = Assert.Single(await world.SendAsync("ada@there.example"));
        Assert.Equal((RelayVerdict.Deferred, "4.7.8"), (outcome.Verdict, outcome.Status));
    }

    [Fact]
    public async Task A_smarthost_gets_no_more_in_a_time_and_nothing_larger_than_its_operator_says()
    {
        world.Options = world.Options with
        {
            Smarthosts = new(
                SmarthostText.TryParse("relay.example,none,minute=2,size=100", SmarthostSecret.None, out _)
            ),
        };
        world.Zones.Add($"relay.example A {First}");
        world.Serve($"{First}:587");
        for (var i = 0; i < 2; i++)
            Assert.Equal(RelayVerdict.Relayed, Assert.Single(await world.SendAsync("ada@there.example")).Verdict);
        var third = Assert.Single(await world.SendAsync("ada@there.example"));
        Assert.Equal(RelayVerdict.Deferred, third.Verdict);
        Assert.True(third.NextAttempt > world.Clock.GetUtcNow());

        world.Clock.Advance(TimeSpan.FromMinutes(3));
        var large = await world.SendAsync(world.Job(["ada@there.example"], content: new string('x', 101)));
        Assert.Equal((RelayVerdict.Failed, "5.3.4"), (large.Outcomes[0].Verdict, large.Outcomes[0].Status));
    }

    [Fact]
    public async Task Mail_beyond_a_smarthosts_limit_comes_again_one_after_the_other_and_each_transaction_counts()
    {
        world.Options = world.Options with
        {
            Smarthosts = new(SmarthostText.TryParse("relay.example,none,minute=3", SmarthostSecret.None, out _)),
        };
        world.Zones.Add($"relay.example A {First}");
        world.Serve($"{First}:587");
        var job = world.Job(
            [.. Enumerable.Range(0, 5).Select(i => $"u{i}@there.example")],
            message => message with { Options = new() { Verp = true } }
        ) with
        {
            VerpTags = _ => "tag",
        };
        var parts = (await world.SendAsync(job)).Outcomes;
        Assert.Equal(3, parts.Count(one => one.Verdict == RelayVerdict.Relayed));
        Assert.All(parts.Skip(3), one => Assert.True(one is { IsUntried: true, Status: "4.4.5" }));
        Assert.Equal(3, world.Mail($"{First}:587").Count);

        var times = new List<DateTimeOffset>();
        for (var i = 0; i < 4; i++)
            times.Add(Assert.Single(await world.SendAsync("ada@there.example")).NextAttempt!.Value);
        Assert.All(times.Zip(times.Skip(1)), pair => Assert.Equal(TimeSpan.FromSeconds(20), pair.Second - pair.First));
        Assert.Equal(parts[3].NextAttempt + TimeSpan.FromSeconds(20), times[0]);
    }

    /// <summary>Knows whether all of it was read before it was closed.</summary>
    sealed class SeenToEnd(byte[] octets) : MemoryStream(octets)
    {
        public bool WasReadToEnd { get; private set; }

        protected override void Dispose(bool disposing)
        {
            WasReadToEnd |= CanRead && Position == Length;
            base.Dispose(disposing);
        }
    }
}
