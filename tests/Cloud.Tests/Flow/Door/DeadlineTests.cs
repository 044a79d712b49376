using Cloud.Dns;
using Cloud.Flow.Door;
using Cloud.Store.Ports;
using Cloud.Tests.Fakes;
using Cloud.Trust.Dkim;
using Cloud.Trust.DnsLists;
using Cloud.Trust.Spf;

namespace Cloud.Tests.Flow.Door;

/// <summary>A server whose name servers say nothing: mail comes in all the same, and in time.</summary>
public sealed class DeadlineTests
{
    /// <summary>No other wait is as long.</summary>
    static readonly TimeSpan Deadline = TimeSpan.FromSeconds(27);

    readonly ManualClock clock = new(DateTimeOffset.UtcNow);

    [Fact]
    public async Task A_sender_waits_for_the_deadline_and_no_longer_and_its_mail_comes_in_with_temporary_errors()
    {
        await using var world = await OpenAsync(options => options);
        Assert.StartsWith("250 2.0.0 Ok: kept as ", await SendAsync(world));
        var text = Assert.Single(await world.ReadAsync("INBOX"));
        foreach (var method in new[] { "iprev", "spf", "dkim", "dmarc" })
            Assert.Contains($" {method}=temperror", text);
    }

    [Fact]
    public async Task An_operator_may_have_such_mail_sent_again()
    {
        await using var world = await OpenAsync(options => options with { LookupFailure = LookupFailure.Defer });
        Assert.StartsWith(
            "451 4.4.3 Who sends this cannot be looked up now; try again later (id ",
            await SendAsync(world)
        );
        Assert.Empty(await world.ReadAsync("INBOX"));
    }

    [Theory]
    [InlineData(SpfFailure.Score, "250 ")]
    [InlineData(SpfFailure.Reject, "451 4.4.3 ")]
    public async Task Only_what_would_decide_is_worth_another_try(SpfFailure spf, string begin)
    {
        await using var world = await FakeWorld.OpenAsync(options =>
            options with
            {
                LookupFailure = LookupFailure.Defer,
                SpfFailure = spf,
            }
        );
        world.Dns.Add("down.test SERVFAIL");
        var letter = FakeWorld.Letter("x@plain.test"); // whose policy is known: there is none
        Assert.StartsWith(begin, await world.SendAsync(FakeWorld.Plain, "plain.test", "x@down.test", letter));
    }

    Task<FakeWorld> OpenAsync(Func<DoorOptions, DoorOptions> set)
    {
        Assert.True(DnsList.TryParse("bl.test weight=20", out var clients, out _));
        Assert.True(DnsList.TryParse("dbl.test weight=20 for=from", out var authors, out _));
        return FakeWorld.OpenAsync(
            options =>
                set(
                    options with
                    {
                        Deadline = Deadline,
                        Lists = [clients, authors],
                        Greylist = GreylistMode.Suspicious,
                        RecipientDeadline = TimeSpan.Zero,
                    }
                ),
            clock,
            resolver: new DeafResolver(),
            doorTime: clock
        );
    }

    /// <summary>Sends a signed message, and lets pass no more than the deadline.</summary>
    async Task<string> SendAsync(FakeWorld world)
    {
        var ends = clock.TimerAsync(Deadline);
        var reply = world.SendAsync(FakeWorld.Bank, "mail.bank.test", "news@bank.test", Signed());
        await ends;
        clock.Advance(Deadline);
        return await reply;
    }

    byte[] Signed()
    {
        var letter = FakeWorld.Letter("news@bank.test");
        using var key = DkimKey.GenerateEd25519("s1", Entropy.System);
        using var signing = new DkimSigning("bank.test", [key], clock, null);
        signing.Write(letter);
        return [.. signing.Complete(), .. letter];
    }

    sealed class DeafResolver : IResolver
    {
        public async ValueTask<DnsAnswer> QueryAsync(DnsName name, RecordType type, CancellationToken cancel)
        {
            await Task.Delay(Timeout.Infinite, cancel);
            throw new InvalidOperationException("For ever is over");
        }
    }
}
