using Cloud.Api.Gateway;
using Cloud.Flow.Sweep;
using Cloud.Store;
using Cloud.Store.Counting;
using Cloud.Store.Messages;
using Cloud.Store.Ports;
using Cloud.Tests.Fakes;
using Cloud.Trust.MtaSts;

namespace Cloud.Tests.Flow.Sweep;

/// <summary>The daily pass: what it shortens, what it costs, and how it goes on.</summary>
public sealed class SweepTests
{
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    readonly MemoryRows store = new();
    readonly CountingRows rows;
    readonly CountingBlobs blobs = new(new MemoryBlobs());
    readonly CountingQueues queues;
    readonly ManualClock clock = new();

    public SweepTests()
    {
        rows = new(store);
        queues = new(new MemoryQueues(clock));
    }

    Task<TestBackend> OpenAsync() => TestBackend.OpenAsync(rows, blobs, queues, clock, new() { SoleOwner = false });

    void Reset()
    {
        rows.Reset();
        blobs.Reset();
        queues.Reset();
    }

    int RowsOf(AccountId account, string prefix) =>
        store.AllKeys("mail").Count(key => key.Partition == account.Value && key.Row.StartsWith(prefix));

    async Task<SweepResult> RunAsync(TestBackend test, TimeSpan after)
    {
        clock.Advance(after);
        return await test.Backend.Sweeper.RunAsync(Limit, default);
    }

    [Fact]
    public async Task An_idle_run_costs_two_reads()
    {
        var test = await OpenAsync();
        await test.ReceiveAsync("mail", TestBackend.Alice);
        await RunAsync(test, TimeSpan.Zero);
        Reset();
        Assert.True((await RunAsync(test, TimeSpan.FromHours(1))).IsComplete);
        Assert.Equal((2, 0, 0, 0, 0), (rows.Reads, rows.Commits, blobs.Writes, blobs.Operations, queues.Operations));
    }

    [Fact]
    public async Task Policies_of_others_that_hold_no_more_go()
    {
        var test = await OpenAsync();
        var kept = new StoredPolicies(rows);
        foreach (var (domain, days) in new[] { ("a.example", 1), ("b.example", 3) })
        {
            var policy = new MtaStsPolicy(MtaStsMode.Enforce, TimeSpan.FromDays(days), ["mx.example"]);
            await kept.KeepAsync(new(domain, "1", policy, clock.GetUtcNow()), default);
        }

        Assert.Equal(1, (await RunAsync(test, TimeSpan.FromDays(2))).DoorRows);
        Assert.Null(await kept.FindAsync("a.example", default));
        Assert.Equal(["mx.example"], (await kept.FindAsync("b.example", default))!.Policy.Hosts);
    }

    [Fact]
    public async Task A_day_s_pass_costs_three_reads_an_account_and_sixteen_lists()
    {
        var test = await OpenAsync();
        for (var i = 0; i < 300; i++)
            await test.ReceiveAsync($"mail {i}", TestBackend.Alice, TestBackend.Bob);
        await RunAsync(test, TimeSpan.Zero);
        Reset();
        await RunAsync(test, TimeSpan.FromDays(4));
        // The state, what was found, listeners, failed logins, eight parts of the greylist and four of the rates, policies,
        // refused mail, webhooks and what the API keeps, the outbox, users twice, two accounts three times, threads and correspondents of those whose day it is.
        Assert.InRange(rows.Reads, 25, 34);
        Assert.Equal(18, rows.Commits); // begun, accounts done, a place for each part
        Assert.Equal((0, 17, 0), (blobs.Writes, blobs.Operations, queues.Operations)); // lists, and the store's name
    }

    [Fact]
    public async Task The_log_of_an_account_at_rest_is_shortened()
    {
        var test = await OpenAsync();
        for (var i = 0; i < 250; i++)
            await test.ReceiveAsync($"mail {i}", TestBackend.Alice);
        Assert.Equal(0, (await RunAsync(test, TimeSpan.FromDays(29))).LogRows);
        Assert.Equal(251, RowsOf(test.AliceId, "c!"));

        Assert.Equal(250, (await RunAsync(test, TimeSpan.FromDays(2))).LogRows);
        Assert.Equal(1, RowsOf(test.AliceId, "c!")); // the newest: it is what the revision is known by
        Assert.Equal(0, (await RunAsync(test, TimeSpan.FromDays(2))).LogRows);
        Assert.Equal(250, (await test.OpenAsync(test.AliceId)).Entries.Count);
    }

    [Fact]
    public async Task Threads_gather_answers_for_two_years()
    {
        var test = await OpenAsync();
        async Task<ThreadId> ReceiveAsync(string text)
        {
            await test.ReceiveAsync(text, TestBackend.Alice);
            var view = await test.OpenAsync(test.AliceId);
            return (await test.Gateway.FetchAsync(test.AliceId, [view.Entries[^1].Email], default))[0].Thread;
        }
        async Task<int> PassAsync(int days)
        {
            var gone = 0;
            for (var day = 0; day < days; day++)
                gone += (await RunAsync(test, TimeSpan.FromDays(1))).ThreadRows;
            return gone;
        }

        var first = await ReceiveAsync("Message-ID: <1@x>\r\n\r\n");
        Assert.Equal(0, await PassAsync(700));
        Assert.Equal(first, await ReceiveAsync("Message-ID: <2@x>\r\nIn-Reply-To: <1@x>\r\n\r\n"));
        Assert.Equal(1, await PassAsync(70));
        Assert.Equal(first, await ReceiveAsync("Message-ID: <3@x>\r\nIn-Reply-To: <2@x>\r\n\r\n"));
        Assert.NotEqual(first, await ReceiveAsync("Message-ID: <4@x>\r\nIn-Reply-To: <1@x>\r\n\r\n"));
    }

    [Fact]
    public async Task Rows_of_threads_from_before_their_time_was_kept_go_by_the_time_of_the_thread()
    {
        var test = await OpenAsync();
        var old = new RowTransaction(test.AliceId.Value);
        for (var i = 0; i < 150; i++)
        {
            var at = clock.GetUtcNow() - TimeSpan.FromDays(i < 120 ? 800 : 100);
            var thread = (ulong)at.ToUnixTimeMilliseconds() << 22;
            old.Insert($"m!{i:x32}", new() { { "Thread", (long)thread } });
            if (old.Changes.Count == 75)
            {
                await rows.CommitAsync(Tables.Mail, old, default);
                old = new(test.AliceId.Value);
            }
        }
        for (var day = 0; day < 30; day++)
            await RunAsync(test, TimeSpan.FromDays(1));
        Assert.Equal(30, RowsOf(test.AliceId, "m!"));
    }

    [Fact]
    public async Task A_run_that_is_out_of_time_goes_on_where_it_stopped()
    {
        var test = await OpenAsync();
        for (var user = 0; user < 30; user++)
            await test.AddUserAsync($"user{user:d2}@example.test");
        var lost = test.NewTransaction();
        await test.UploadAsync(lost, "lost");
        clock.Advance(TimeSpan.FromDays(3));

        var slow = new Backend(new SlowRows(store, clock), blobs, queues, clock, new SeededEntropy(3));
        var (runs, accounts, gone) = (0, 0, 0);
        for (var done = false; !done; runs++)
        {
            Assert.True(runs < 200, "The sweep does not come to an end");
            var result = await slow.Sweeper.RunAsync(TimeSpan.FromSeconds(8), default);
            (done, accounts, gone) = (result.IsComplete, accounts + result.Accounts, gone + result.Blobs);
        }
        Assert.InRange(runs, 5, 199);
        clock.Advance(TimeSpan.FromHours(1));
        gone += (await slow.Sweeper.RunAsync(TimeSpan.FromSeconds(8), default)).Blobs;
        Assert.Equal((32, 1), (accounts, gone));
    }

    [Fact]
    public async Task Two_runs_at_a_time_do_no_harm()
    {
        var test = await OpenAsync();
        await test.ReceiveAsync("mail", TestBackend.Alice, TestBackend.Bob);
        await RunAsync(test, TimeSpan.Zero);
        await test.UploadAsync(test.NewTransaction(), "lost");
        clock.Advance(TimeSpan.FromDays(3));
        var other = await OpenAsync();
        var gone = 0;
        for (var round = 0; round < 2; round++, clock.Advance(TimeSpan.FromHours(1)))
        {
            var results = await Task.WhenAll(
                Task.Run(() => test.Backend.Sweeper.RunAsync(Limit, default).AsTask()),
                Task.Run(() => other.Backend.Sweeper.RunAsync(Limit, default).AsTask())
            );
            gone += results.Sum(result => result.Blobs);
            Assert.Contains(results, result => result.IsComplete);
        }
        Assert.Equal(1, gone);
    }

    /// <summary>Each look takes a second.</summary>
    sealed class SlowRows(IRows inner, ManualClock clock) : IRows
    {
        public ValueTask<Row?> GetAsync(string table, RowKey key, CancellationToken cancel)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            return inner.GetAsync(table, key, cancel);
        }

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

        public ValueTask<CommitResult> CommitAsync(
            string table,
            RowTransaction transaction,
            CancellationToken cancel
        ) => inner.CommitAsync(table, transaction, cancel);
    }
}
