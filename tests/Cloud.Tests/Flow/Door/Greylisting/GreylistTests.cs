using System.Net;
using Cloud.Flow.Door.Greylisting;
using Cloud.Mail;
using Cloud.Store.Counting;
using Cloud.Store.Ports;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Flow.Door.Greylisting;

public sealed class GreylistTests
{
    readonly ManualClock clock = new();
    readonly MemoryRows store = new();
    readonly Faults faults = new();
    readonly CountingRows rows;
    readonly Greylist greylist;

    public GreylistTests()
    {
        rows = new(new FaultyRows(store, faults));
        greylist = new(rows, clock);
    }

    static GreylistRequest Request(
        string? client = "192.0.2.1",
        string sender = "ada@example.com",
        string recipient = "bob@ours.test"
    ) =>
        new(
            client is null ? null : IPAddress.Parse(client),
            EmailAddress.TryParse(sender),
            EmailAddress.TryParse(recipient)!
        );

    ValueTask<GreylistVerdict> CheckAsync(GreylistRequest request) => greylist.CheckAsync(request, default);

    async Task<GreylistOutcome> OutcomeAsync(GreylistRequest request) => (await CheckAsync(request)).Outcome;

    async Task<(GreylistOutcome First, GreylistOutcome Retry)> TwiceAsync(GreylistRequest request)
    {
        var first = await OutcomeAsync(request);
        clock.Advance(TimeSpan.FromMinutes(5));
        return (first, await OutcomeAsync(request));
    }

    /// <summary>Strangers of one network that come, wait and come again, an hour from each other.</summary>
    async Task AllowAsync(string network = "192.0.2")
    {
        for (var i = 0; i < 5; i++)
        {
            var request = Request($"{network}.{i}", $"{(char)('a' + i)}@example.com");
            Assert.Equal((GreylistOutcome.Defer, GreylistOutcome.Pass), await TwiceAsync(request));
            clock.Advance(TimeSpan.FromHours(1));
        }
    }

    [Fact]
    public async Task A_stranger_waits_five_minutes()
    {
        var verdict = await CheckAsync(Request());
        Assert.Equal((GreylistOutcome.Defer, TimeSpan.FromMinutes(5)), (verdict.Outcome, verdict.Wait));
        Assert.Equal("the sender is a stranger: 5 min to wait", verdict.Reason);
        clock.Advance(TimeSpan.FromMinutes(4));
        verdict = await CheckAsync(Request());
        Assert.Equal("it was tried again too early: 1 min to wait", verdict.Reason);
        clock.Advance(TimeSpan.FromMinutes(1));
        verdict = await CheckAsync(Request());
        Assert.Equal((GreylistOutcome.Pass, "the sender has waited 5 min"), (verdict.Outcome, verdict.Reason));
        verdict = await CheckAsync(Request());
        Assert.Equal((GreylistOutcome.Pass, "the sender has waited before"), (verdict.Outcome, verdict.Reason));
    }

    [Fact]
    public async Task A_stranger_costs_a_read_and_a_write_and_an_early_retry_only_a_read()
    {
        await CheckAsync(Request());
        Assert.Equal((1, 1), (rows.Reads, rows.Commits));
        await CheckAsync(Request());
        Assert.Equal((2, 1), (rows.Reads, rows.Commits));
        clock.Advance(TimeSpan.FromMinutes(5));
        await CheckAsync(Request());
        Assert.Equal((3, 2), (rows.Reads, rows.Commits));
        await CheckAsync(Request());
        Assert.Equal((4, 2), (rows.Reads, rows.Commits));
        clock.Advance(TimeSpan.FromDays(1));
        await CheckAsync(Request());
        await CheckAsync(Request());
        Assert.Equal((6, 3), (rows.Reads, rows.Commits)); // Its time is written once a day.
    }

    [Fact]
    public async Task A_retry_after_two_days_starts_anew()
    {
        await CheckAsync(Request());
        clock.Advance(TimeSpan.FromDays(2) + TimeSpan.FromMinutes(1));
        Assert.Equal((GreylistOutcome.Defer, GreylistOutcome.Pass), await TwiceAsync(Request()));
    }

    [Fact]
    public async Task Who_comes_again_within_thirty_five_days_need_not_wait()
    {
        await TwiceAsync(Request());
        for (var i = 0; i < 3; i++)
        {
            clock.Advance(TimeSpan.FromDays(34));
            Assert.Equal(GreylistOutcome.Pass, await OutcomeAsync(Request()));
        }

        clock.Advance(TimeSpan.FromDays(35));
        Assert.Equal(GreylistOutcome.Defer, await OutcomeAsync(Request()));
    }

    [Theory]
    [InlineData("192.0.2.200", "ada@example.com", "bob@ours.test", true)]
    [InlineData("192.0.3.1", "ada@example.com", "bob@ours.test", false)]
    [InlineData("192.0.2.1", "bea@example.com", "bob@ours.test", false)]
    [InlineData("192.0.2.1", "Ada+x@EXAMPLE.com", "Bob@Ours.test", true)]
    [InlineData("192.0.2.1", "ada@example.com", "eve@ours.test", false)]
    [InlineData("::ffff:192.0.2.1", "ada@example.com", "bob@ours.test", true)]
    public async Task Who_has_waited_is_told_by_network_sender_and_recipient(
        string client,
        string sender,
        string recipient,
        bool passes
    )
    {
        await TwiceAsync(Request());
        var outcome = await OutcomeAsync(Request(client, sender, recipient));
        Assert.Equal(passes ? GreylistOutcome.Pass : GreylistOutcome.Defer, outcome);
    }

    [Fact]
    public async Task An_ipv6_network_has_sixty_four_bits()
    {
        await TwiceAsync(Request("2001:db8::1"));
        Assert.Equal(GreylistOutcome.Pass, await OutcomeAsync(Request("2001:db8::ffff:2")));
        Assert.Equal(GreylistOutcome.Defer, await OutcomeAsync(Request("2001:db8:0:1::1")));
    }

    [Fact]
    public async Task Bounces_wait_as_well()
    {
        var bounce = Request() with { Sender = null };
        Assert.Equal((GreylistOutcome.Defer, GreylistOutcome.Pass), await TwiceAsync(bounce));
    }

    [Fact]
    public async Task Where_spf_passes_a_retry_may_come_from_another_network()
    {
        await CheckAsync(Request("192.0.2.1") with { SpfDomain = "example.com" });
        clock.Advance(TimeSpan.FromMinutes(5));
        var retry = Request("198.51.100.7");
        Assert.Equal(GreylistOutcome.Pass, await OutcomeAsync(retry with { SpfDomain = "Example.com" }));
        Assert.Equal(GreylistOutcome.Defer, await OutcomeAsync(retry with { SpfDomain = "other.example" }));
        Assert.Equal(GreylistOutcome.Defer, await OutcomeAsync(retry));
    }

    [Theory]
    [InlineData(GreylistGrounds.KnownSender, GreylistOutcome.Known)]
    [InlineData(GreylistGrounds.AllowList | GreylistGrounds.Spf, GreylistOutcome.Known)]
    [InlineData(GreylistGrounds.Spf | GreylistGrounds.Dkim, GreylistOutcome.Defer)]
    public async Task What_speaks_for_a_sender_spares_the_wait(GreylistGrounds grounds, GreylistOutcome outcome)
    {
        Assert.Equal(outcome, await OutcomeAsync(Request() with { Grounds = grounds }));
        Assert.Equal(outcome == GreylistOutcome.Known ? 0 : 1, rows.Reads);
    }

    [Fact]
    public async Task Where_the_client_is_not_known_nobody_waits() =>
        Assert.Equal(GreylistOutcome.Unavailable, await OutcomeAsync(Request(client: null)));

    [Fact]
    public async Task A_network_that_retried_five_times_need_not_wait_and_costs_a_read_an_hour()
    {
        await AllowAsync();
        rows.Reset();
        for (var i = 0; i < 100; i++)
            Assert.Equal(GreylistOutcome.Known, await OutcomeAsync(Request($"192.0.2.{i}", $"x{i}@example.org")));
        Assert.Equal((1, 0), (rows.Reads, rows.Commits));
        clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(GreylistOutcome.Known, await OutcomeAsync(Request()));
        Assert.Equal((2, 0), (rows.Reads, rows.Commits));
    }

    [Fact]
    public async Task One_run_of_a_sender_with_many_recipients_is_one_proof_that_it_retries()
    {
        for (var i = 0; i < 10; i++)
            await CheckAsync(Request(recipient: $"{(char)('a' + i)}@ours.test"));
        clock.Advance(TimeSpan.FromMinutes(5));
        for (var i = 0; i < 10; i++)
            await CheckAsync(Request(recipient: $"{(char)('a' + i)}@ours.test"));
        Assert.Equal(GreylistOutcome.Defer, await OutcomeAsync(Request(sender: "new@example.com")));
    }

    [Fact]
    public async Task A_network_that_is_silent_for_thirty_five_days_waits_again()
    {
        await AllowAsync();
        clock.Advance(TimeSpan.FromDays(34));
        Assert.Equal(GreylistOutcome.Known, await OutcomeAsync(Request()));
        clock.Advance(TimeSpan.FromDays(34));
        Assert.Equal(GreylistOutcome.Known, await OutcomeAsync(Request()));
        clock.Advance(TimeSpan.FromDays(35));
        Assert.Equal(GreylistOutcome.Defer, await OutcomeAsync(Request()));
    }

    [Fact]
    public async Task Another_process_knows_who_has_waited()
    {
        await CheckAsync(Request());
        clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(GreylistOutcome.Pass, (await new Greylist(rows, clock).CheckAsync(Request(), default)).Outcome);
    }

    [Fact]
    public async Task Strangers_that_come_to_two_processes_at_once_are_all_remembered()
    {
        var other = new Greylist(new InterferedRows(rows, clock), clock);
        Assert.Equal(GreylistOutcome.Defer, (await other.CheckAsync(Request(), default)).Outcome);
        clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(GreylistOutcome.Pass, await OutcomeAsync(Request()));
        Assert.Equal(GreylistOutcome.Pass, await OutcomeAsync(Request(sender: "between@example.com")));
    }

    [Theory]
    [InlineData("get greylist")]
    [InlineData("commit greylist")]
    public async Task A_store_that_fails_lets_strangers_in_and_says_so(string operation)
    {
        faults.Fail(operation);
        var verdict = await CheckAsync(Request());
        Assert.Equal((GreylistOutcome.Unavailable, "the store failed"), (verdict.Outcome, verdict.Reason));
        Assert.NotNull(verdict.Fault);
        faults.Heal();
        Assert.Equal(GreylistOutcome.Defer, await OutcomeAsync(Request()));
    }

    [Fact]
    public async Task Who_has_waited_comes_in_although_that_cannot_be_kept()
    {
        await CheckAsync(Request());
        clock.Advance(TimeSpan.FromMinutes(5));
        faults.Fail("commit greylist");
        Assert.Equal(GreylistOutcome.Pass, await OutcomeAsync(Request()));
    }

    [Fact]
    public async Task Whoever_gives_up_gets_a_verdict_and_no_exception() =>
        Assert.Equal(
            GreylistOutcome.Unavailable,
            (await greylist.CheckAsync(Request(), new CancellationToken(true))).Outcome
        );

    [Fact]
    public async Task A_network_that_never_retries_fills_one_row_and_no_more()
    {
        for (var i = 0; i < ClientHistory.MaxPairs + 50; i++)
            await CheckAsync(Request(sender: $"{(char)('a' + i % 26)}{new string('x', i / 26)}@example.com"));
        var key = store.AllKeys("greylist").Single();
        var row = await store.GetAsync("greylist", key, default);
        Assert.Equal(16 * ClientHistory.MaxPairs, row!.Data.Bytes("Pairs")!.Length);
        clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(GreylistOutcome.Defer, await OutcomeAsync(Request(sender: "a@example.com"))); // the oldest
        Assert.Equal(GreylistOutcome.Pass, await OutcomeAsync(Request(sender: $"a{new string('x', 20)}@example.com")));
    }

    [Theory]
    [InlineData("ada@example.com", "ada@example.com")]
    [InlineData("Ada+tag-1@Example.com", "ada@example.com")]
    [InlineData("news-1234@example.com", "news-#@example.com")]
    [InlineData("bounces-77-a1b2c3-x@example.com", "bounces-#-#-x@example.com")]
    [InlineData("list-return-12-bob=ours.test@example.com", "list-return-#-#@example.com")]
    [InlineData("SRS0=Ab1=XY=example.org=ada@example.net", "#@example.net")]
    [InlineData("0100018f-aa-000000@mail.example.com", "#-aa-#@mail.example.com")]
    [InlineData("+x@example.com", "+x@example.com")]
    public void What_changes_from_message_to_message_does_not_count(string sender, string pattern) =>
        Assert.Equal(pattern, SenderPattern.Of(EmailAddress.TryParse(sender)));

    [Fact]
    public async Task The_sweep_removes_what_has_expired()
    {
        var test = await TestBackend.OpenAsync(rows, time: clock, options: new() { SoleOwner = false });
        await TwiceAsync(Request());
        for (var i = 0; i < 250; i++)
            await CheckAsync(Request($"198.51.{i}.1"));
        Assert.Equal(251, store.AllKeys("greylist").Count);
        clock.Advance(TimeSpan.FromDays(3));
        Assert.Equal(250, (await test.Backend.Sweeper.RunAsync(TimeSpan.FromMinutes(5), default)).DoorRows);
        Assert.Equal(GreylistOutcome.Pass, await OutcomeAsync(Request()));
        clock.Advance(TimeSpan.FromDays(36));
        Assert.Equal(1, (await test.Backend.Sweeper.RunAsync(TimeSpan.FromMinutes(5), default)).DoorRows);
        Assert.Empty(store.AllKeys("greylist"));
    }

    /// <summary>Before the first commit another process has put a stranger of its own into the row.</summary>
    sealed class InterferedRows(IRows inner, TimeProvider time) : IRows
    {
        bool done;

        public ValueTask<Row?> GetAsync(string table, RowKey key, CancellationToken cancel) =>
            inner.GetAsync(table, key, cancel);

        public ValueTask<RowPage> QueryAsync(
            string table,
            RowRange range,
            string? continuation,
            int limit,
            CancellationToken cancel
        ) => inner.QueryAsync(table, range, continuation, limit, cancel);

        public ValueTask<RowPage> QueryPartitionsAsync(
            string table,
            PartitionRange range,
            string? continuation,
            int limit,
            CancellationToken cancel
        ) => inner.QueryPartitionsAsync(table, range, continuation, limit, cancel);

        public async ValueTask<CommitResult> CommitAsync(
            string table,
            RowTransaction transaction,
            CancellationToken cancel
        )
        {
            if (!done)
            {
                done = true;
                await new Greylist(inner, time).CheckAsync(Request(sender: "between@example.com"), cancel);
            }

            return await inner.CommitAsync(table, transaction, cancel);
        }
    }
}
