using System.Net;
using Cloud.Api.Gateway;
using Cloud.Listener.Hosting;
using Cloud.Listener.Hosting.Abuse;
using Cloud.Tests.Fakes;
using Cloud.Wire.Limits;

namespace Cloud.Tests.Listener.Hosting.Abuse;

public sealed class EntranceTests : IDisposable
{
    static readonly AbuseOptions Bans = Strangers.Judged with
    {
        FirstBan = TimeSpan.FromMinutes(10),
        LongestBan = TimeSpan.FromMinutes(35),
    };

    static readonly IPAddress Address = Strangers.Address;

    readonly ManualClock clock = new();
    Entrance? entrance;

    public void Dispose() => entrance?.Dispose();

    [Fact]
    public void Twenty_failed_logins_ban_an_address_and_it_may_come_again()
    {
        var visitor = Visitor(Bans);
        for (var i = 0; i < 19; i++)
            Assert.False(visitor.Report(Offence.FailedLogin).IsBanned);
        Assert.Equal(Admission.Admitted, entrance!.TryEnter(Address));
        Assert.True(visitor.Report(Offence.FailedLogin).IsBanned);
        Assert.Equal(Admission.Banned, entrance.TryEnter(Address));
        Assert.Equal(Admission.Banned, entrance.TryEnter(Address.MapToIPv6()));
        Assert.Equal(Admission.Admitted, entrance.TryEnter(IPAddress.Parse("198.51.100.8")));

        clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(Admission.Admitted, entrance.TryEnter(Address));
    }

    [Fact]
    public void An_old_password_that_is_tried_each_minute_bans_nobody()
    {
        var visitor = Visitor(Bans);
        for (var minute = 0; minute < 600; minute++, clock.Advance(TimeSpan.FromMinutes(1)))
            Assert.False(visitor.Report(Offence.FailedLogin).IsBanned);
    }

    [Fact]
    public void Each_ban_is_twice_as_long_up_to_the_longest_and_good_conduct_is_rewarded()
    {
        var visitor = Visitor(Bans);
        foreach (var minutes in new[] { 10, 20, 35, 35 })
        {
            Ban(visitor);
            clock.Advance(TimeSpan.FromMinutes(minutes) - TimeSpan.FromSeconds(1));
            Assert.Equal(Admission.Banned, entrance!.TryEnter(Address));
            clock.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(Admission.Admitted, entrance.TryEnter(Address));
        }

        clock.Advance(TimeSpan.FromMinutes(35));
        Ban(visitor);
        clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(Admission.Admitted, entrance!.TryEnter(Address));
    }

    [Fact]
    public void A_ban_goes_for_the_64_bits_that_a_subscriber_has()
    {
        entrance = Strangers.Entrance(Bans, clock);
        Ban(new Visitor(entrance, IPAddress.Parse("2001:db8:1:2::1")));
        Assert.Equal(Admission.Banned, entrance.TryEnter(IPAddress.Parse("2001:db8:1:2:ffff::9")));
        Assert.Equal(Admission.Admitted, entrance.TryEnter(IPAddress.Parse("2001:db8:1:3::1")));
    }

    [Fact]
    public void Answers_are_held_back_longer_with_each_offence_and_a_slip_costs_nothing()
    {
        var visitor = Visitor(Strangers.Judged with { Tarpit = TimeSpan.FromSeconds(5) });
        Assert.Equal(TimeSpan.Zero, visitor.Report(Offence.Error).Delay);
        Assert.Equal(TimeSpan.Zero, visitor.Report(Offence.RefusedRecipient).Delay);
        var last = TimeSpan.Zero;
        for (var i = 0; i < 90; i++)
        {
            var delay = visitor.Report(Offence.RefusedRecipient).Delay;
            Assert.True(delay > last);
            last = delay;
        }
        for (var i = 0; i < 50; i++)
            last = visitor.Report(Offence.RefusedRecipient).Delay;
        Assert.Equal(TimeSpan.FromSeconds(5), last);
        clock.Advance(TimeSpan.FromHours(2));
        Assert.Equal(TimeSpan.Zero, visitor.Report(Offence.Error).Delay);
    }

    [Fact]
    public void Where_addresses_are_hidden_nothing_is_judged_by_address()
    {
        var strict = Bans with
        {
            BanPoints = 1,
            GreetingPause = TimeSpan.FromSeconds(2),
            ConnectionRate = MaxRate.PerMinute(1),
            Messages = MaxRate.PerHour(1),
            Recipients = MaxRate.PerHour(1),
            RefusedRecipients = MaxRate.PerHour(1),
            MessagesPerSender = MaxRate.PerHour(1),
            Submissions = MaxRate.PerHour(1),
        };
        entrance = Strangers.Entrance(strict, clock);
        var nobody = new Visitor(entrance, ClientAddress.Unknown);
        Assert.Equal(TimeSpan.Zero, nobody.GreetingPause);
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal(Admission.Admitted, entrance.TryEnter(ClientAddress.Unknown));
            Assert.Equal(default, nobody.Report(Offence.ForeignProtocol));
            Assert.Equal(default, nobody.Report(Offence.RefusedRecipient));
            TimeSpan[] waits = [nobody.TakeMessage(), nobody.TakeRecipient(), nobody.Guessing()];
            Assert.All(waits, wait => Assert.Equal(TimeSpan.Zero, wait));
        }

        // What goes by name still holds.
        Assert.Equal(TimeSpan.Zero, nobody.TakeSender("example.org"));
        Assert.NotEqual(TimeSpan.Zero, nobody.TakeSender("EXAMPLE.org"));
        Assert.Equal(TimeSpan.Zero, nobody.TakeSubmission(new("alice")));
        Assert.NotEqual(TimeSpan.Zero, nobody.TakeSubmission(new("alice")));
    }

    [Fact]
    public void This_machine_is_exempt_unless_told_otherwise()
    {
        Assert.True(new AbuseOptions().Exempt.Contains(IPAddress.Loopback));
        entrance = Strangers.Entrance(new AbuseOptions { ConnectionRate = MaxRate.PerMinute(1) }, clock);
        for (var i = 0; i < 1000; i++)
            Assert.Equal(Admission.Admitted, entrance.TryEnter(IPAddress.Loopback));
        Assert.Equal(TimeSpan.Zero, new Visitor(entrance, IPAddress.Loopback).GreetingPause);
    }

    [Fact]
    public void New_connections_are_counted_by_address_and_by_network()
    {
        var slow = Strangers.Judged with
        {
            ConnectionRate = MaxRate.PerMinute(2),
            NetworkConnectionRate = MaxRate.PerMinute(3),
        };
        entrance = Strangers.Entrance(slow, clock);
        Assert.Equal(Admission.Admitted, Knock("198.51.100.7"));
        Assert.Equal(Admission.Admitted, Knock("198.51.100.7"));
        Assert.Equal(Admission.TooFast, Knock("198.51.100.7"));
        Assert.Equal(Admission.Admitted, Knock("198.51.100.8"));
        Assert.Equal(Admission.TooFast, Knock("198.51.100.9"));
        Assert.Equal(Admission.Admitted, Knock("198.51.101.9"));
        clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(Admission.Admitted, Knock("198.51.100.7"));
    }

    [Fact]
    public void Open_connections_are_counted_by_network_too()
    {
        var gate = new ConnectionGate(maxTotal: 100, maxPerAddress: 2, maxPerNetwork: 3);
        Assert.True(gate.TryEnter(IPAddress.Parse("198.51.100.7")));
        Assert.True(gate.TryEnter(IPAddress.Parse("198.51.100.7")));
        Assert.False(gate.TryEnter(IPAddress.Parse("198.51.100.7")));
        Assert.True(gate.TryEnter(IPAddress.Parse("198.51.100.8")));
        Assert.False(gate.TryEnter(IPAddress.Parse("198.51.100.9")));
        gate.Leave(IPAddress.Parse("198.51.100.7"));
        Assert.True(gate.TryEnter(IPAddress.Parse("198.51.100.9")));
    }

    [Fact]
    public void Whoever_waited_once_is_greeted_at_once_for_a_day()
    {
        var visitor = Visitor(Strangers.Judged with { GreetingPause = TimeSpan.FromSeconds(2) });
        Assert.Equal(TimeSpan.FromSeconds(2), visitor.GreetingPause);
        visitor.Waited();
        clock.Advance(TimeSpan.FromHours(23));
        Assert.Equal(TimeSpan.Zero, visitor.GreetingPause);
        clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(TimeSpan.FromSeconds(2), visitor.GreetingPause);
    }

    Visitor Visitor(AbuseOptions options)
    {
        entrance = Strangers.Entrance(options, clock);
        return new Visitor(entrance, Address);
    }

    Admission Knock(string address)
    {
        var admission = entrance!.TryEnter(IPAddress.Parse(address));
        if (admission == Admission.Admitted)
            entrance.Leave(IPAddress.Parse(address));
        return admission;
    }

    static void Ban(Visitor visitor)
    {
        for (var banned = false; !banned; )
            banned = visitor.Report(Offence.ForeignProtocol).IsBanned;
    }
}
