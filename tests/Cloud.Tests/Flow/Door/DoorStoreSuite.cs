using Cloud.Flow.Door;
using Cloud.Flow.Door.Rates;
using Cloud.Store;
using Cloud.Store.Ports;
using Cloud.Tests.Fakes;
using Cloud.Trust.Dmarc;

namespace Cloud.Tests.Flow.Door;

/// <summary>What the door keeps in the store, by real SMTP sessions: each store of ours has to do the same.</summary>
public abstract class DoorStoreSuite
{
    protected ManualClock Clock { get; } = new(DateTimeOffset.UtcNow);

    ulong processes;

    /// <summary>Whether one process has the store for itself.</summary>
    protected abstract bool IsOwned { get; }

    /// <summary>The ports of a store that is empty in each test; later the same, opened anew where that can be.</summary>
    protected abstract ValueTask<(IRows Rows, IBlobs Blobs, IQueues Queues)> OpenAsync();

    /// <summary>A process on the store.</summary>
    async Task<FakeWorld> WorldAsync(Func<DoorOptions, DoorOptions> set)
    {
        var (rows, blobs, queues) = await OpenAsync();
        var options = new StoreOptions { SoleOwner = IsOwned };
        var backend = await TestBackend.OpenAsync(rows, blobs, queues, Clock, options, ++processes);
        return await FakeWorld.OpenAsync(set, Clock, backend: backend);
    }

    [Fact]
    public async Task Who_has_to_wait_is_known_by_the_next_process()
    {
        static DoorOptions Greylisting(DoorOptions options) => options with { Greylist = GreylistMode.All };
        await using (var world = await WorldAsync(Greylisting))
            Assert.StartsWith("450 4.7.1 ", await SendAsync(world));
        Clock.Advance(TimeSpan.FromMinutes(6));
        await using (var world = await WorldAsync(Greylisting))
        {
            Assert.StartsWith("250 ", await SendAsync(world));
            Assert.StartsWith("250 ", await SendAsync(world));
            Assert.Equal(2, (await world.ReadAsync("INBOX")).Count);
        }
    }

    [Fact]
    public async Task What_was_moved_to_Junk_teaches_the_next_process()
    {
        const int lessons = 20; // BayesOptions.MinLessons
        await using (var world = await WorldAsync(options => options))
        {
            for (var i = 0; i < lessons; i++)
            {
                Assert.StartsWith("250 ", await SendAsync(world, $"casino jackpot roulette bonus spins number{i}"));
                Assert.StartsWith("250 ", await SendAsync(world, $"meeting minutes budget review quarter number{i}"));
            }
            await world.MoveAsync("casino", "Junk");
            await world.MoveAsync("meeting", "Archive");
        }
        await using (
            var world = await WorldAsync(options => options with { Content = options.Content with { JunkAt = 3 } })
        )
        {
            await SendAsync(world, "casino jackpot roulette bonus spins again");
            await SendAsync(world, "meeting minutes budget review again");
            Assert.Contains("minutes budget", Assert.Single(await world.ReadAsync("INBOX")));
            Assert.Contains("BAYES_99=", (await world.ReadAsync("Junk"))[^1]);
        }
    }

    [Fact]
    public async Task Quarantined_mail_is_kept_for_who_looks_after_it_with_what_was_found_out()
    {
        await using var world = await WorldAsync(options =>
            options with
            {
                QuarantineAt = 5,
                QuarantineAddress = TestBackend.Bob,
                Dmarc = options.Dmarc with { Mode = DmarcMode.ReportOnly },
            }
        );
        var letter = FakeWorld.Letter("x@plain.test", more: "From: y@plain.test\r\nDate: yesterday\r\n");
        var reply = await world.SendAsync(FakeWorld.Plain, "mx.example.test", "x@shop.test", letter);
        Assert.StartsWith("250 ", reply);
        var text = Assert.Single(await world.ReadAsync("INBOX", world.Backend.BobId));
        Assert.StartsWith("Authentication-Results: mx.example.test;", text);
        Assert.Contains("\r\nX-Envelope-To: <alice@example.test>\r\n", text);
        Assert.Empty(await world.ReadAsync("INBOX"));
        var trace = (await world.Backend.TraceAsync(TestBackend.Bob, reply.Split(' ')[5]))!;
        Assert.Contains(trace, line => line.StartsWith("Verdict: Quarantine, "));
    }

    [Fact]
    public async Task An_accounts_rate_holds_over_processes()
    {
        RateLimit[] limits = [new(RateUnit.Messages, 3, TimeSpan.FromHours(1))];
        for (var i = 0; i < 4; i++)
        {
            var rates = new SharedRates((await OpenAsync()).Rows, Clock);
            var verdict = await rates.TakeAsync("an account", limits, recipients: 1, default);
            Assert.Equal(i < 3 ? RateOutcome.Ok : RateOutcome.OverLimit, verdict.Outcome);
        }
    }

    static Task<string> SendAsync(FakeWorld world, string words = "words") =>
        world.SendAsync(FakeWorld.Plain, "plain.test", "x@plain.test", FakeWorld.Letter("x@plain.test", words));
}
