using Cloud.Flow.Outbound;
using Cloud.Flow.Outbound.Relay;
using Cloud.Mail;
using Cloud.Tests.Dns;
using Cloud.Tests.Fakes;
using Cloud.Trust.Dkim;
using Cloud.Wire.Limits;

namespace Cloud.Tests.Flow.Outbound.Relay;

/// <summary>Connections that are kept, hosts that are left alone, and what one connection takes.</summary>
public sealed class RelayConnectionTests : IAsyncDisposable
{
    const string First = RelayWorld.First;
    const string Second = RelayWorld.Second;

    readonly RelayWorld world = new();

    public ValueTask DisposeAsync() => world.DisposeAsync();

    [Fact]
    public async Task A_connection_is_used_again_for_the_next_message()
    {
        world.AddThere();
        world.Serve(First);
        await world.SendAsync("ada@there.example");
        await world.SendAsync("bob@there.example");
        Assert.Equal([First], world.Dialled);
        Assert.Equal(2, world.Mail(First).Count);
    }

    [Fact]
    public async Task A_kept_connection_that_has_gone_is_made_anew()
    {
        world.AddThere();
        var count = 0;
        world.Serve(First, (verb, line) => verb == "MAIL" && ++count == 2 ? null : RelayWorld.Takes(verb, line));
        await world.SendAsync("ada@there.example");
        Assert.Equal(RelayVerdict.Relayed, Assert.Single(await world.SendAsync("bob@there.example")).Verdict);
        Assert.Equal([First, First], world.Dialled);
    }

    [Fact]
    public async Task A_host_that_does_not_answer_is_left_alone_for_a_while_by_other_processes_too()
    {
        world.Zones.Add($"there.example A {First}");
        for (var i = 0; i < 3; i++)
            await world.SendAsync("ada@there.example");
        Assert.Equal(3, world.Dialled.Count);
        await world.SendAsync("ada@there.example");
        Assert.Equal(3, world.Dialled.Count);

        await using var other = world.Another();
        other.Zones.Add($"there.example A {First}");
        other.Serve(First);
        var put = await other.SendAsync(other.Job(["ada@there.example"]) with { Attempt = 2 });
        Assert.Equal(RelayVerdict.Deferred, put.Outcomes[0].Verdict);
        Assert.Equal(world.Clock.GetUtcNow().AddMinutes(1), put.Outcomes[0].NextAttempt);
        Assert.True(put.Outcomes[0].IsUntried); // nobody was asked
        Assert.Empty(other.Dialled);

        world.Clock.Advance(TimeSpan.FromMinutes(1));
        var sent = await other.SendAsync(other.Job(["ada@there.example"]) with { Attempt = 3 });
        Assert.Equal(RelayVerdict.Relayed, sent.Outcomes[0].Verdict);
    }

    [Fact]
    public async Task An_attempt_that_asked_anybody_is_one_though_other_hosts_were_left_alone()
    {
        world.Zones.Add($"alone.example A {Second}");
        for (var i = 0; i < 3; i++)
            await world.SendAsync("ada@alone.example");
        world.AddThere();
        var outcome = Assert.Single(await world.SendAsync("ada@there.example"));
        Assert.Equal([Second, Second, Second, First], world.Dialled);
        Assert.Equal((RelayVerdict.Deferred, false), (outcome.Verdict, outcome.IsUntried));
        Assert.Null(outcome.NextAttempt); // as the schedule has it, not when the other host may be asked
    }

    [Fact]
    public async Task A_domain_that_complains_gets_nothing_for_a_minute()
    {
        world.Zones.Add($"there.example A {First}");
        world.Serve(First, (verb, line) => verb == "MAIL" ? "421 4.7.0 Too many" : RelayWorld.Takes(verb, line));
        await world.SendAsync("ada@there.example");
        world.Serve(First);
        var outcome = Assert.Single(await world.SendAsync("bob@there.example"));
        Assert.Equal((RelayVerdict.Deferred, "4.4.5"), (outcome.Verdict, outcome.Status));
        Assert.Equal(world.Clock.GetUtcNow().AddMinutes(1), outcome.NextAttempt);
        world.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(RelayVerdict.Relayed, Assert.Single(await world.SendAsync("bob@there.example")).Verdict);
    }

    [Fact]
    public async Task Recipients_beyond_what_a_server_takes_at_once_come_in_the_next_transaction()
    {
        world.Zones.Add($"there.example A {First}");
        var inMail = 0;
        world.Serve(
            First,
            (verb, line) =>
            {
                inMail =
                    verb == "RCPT" ? inMail + 1
                    : verb == "MAIL" ? 0
                    : inMail;
                return verb == "RCPT" && inMail > 2 ? "452 4.5.3 Too many recipients" : RelayWorld.Takes(verb, line);
            }
        );
        var outcomes = await world.SendAsync([.. Enumerable.Range(0, 5).Select(i => $"u{i}@there.example")]);
        Assert.All(outcomes, one => Assert.Equal(RelayVerdict.Relayed, one.Verdict));
        Assert.Equal(3, world.Mail(First).Count);
        Assert.Single(world.Dialled);
    }

    [Fact]
    public async Task A_servers_good_bye_is_not_waited_for()
    {
        world.AddThere();
        world.Serve(
            First,
            (verb, line) =>
                verb switch
                {
                    "EHLO" => "250-mx\n250 LIMITS MAILMAX=1",
                    "QUIT" => Wire.Smtp.AnsweringServer.Silence,
                    _ => RelayWorld.Takes(verb, line),
                }
        );
        var sending = world.Relay.SendAsync(world.Job(["ada@there.example"]), CancellationToken.None).AsTask();
        var outcome = Assert.Single((await sending.WaitAsync(TimeSpan.FromSeconds(10))).Outcomes); // the clock stands still
        Assert.Equal(RelayVerdict.Relayed, outcome.Verdict);
    }
}
