using Cloud.Api.Gateway;
using Cloud.Store;
using Cloud.Store.Azure;
using Cloud.Store.Counting;
using Cloud.Store.Mailboxes;
using Cloud.Store.Ports;
using Cloud.Tests.Fakes;
using Cloud.Tests.Store.Azure;

namespace Cloud.Tests.Api.Gateway;

/// <summary>Sessions of one process are told of what others do, by one queue.</summary>
public sealed class ListenerWatchTests
{
    const string Here = "aa000000000000aa";
    const string There = "bb000000000000bb";

    readonly MemoryRows store = new();
    readonly MemoryBlobs blobs = new();
    readonly ManualClock clock = new();
    readonly MemoryQueues memory;
    readonly CountingQueues queues;
    readonly CountingRows rows;
    readonly Faults faults = new();

    public ListenerWatchTests()
    {
        memory = new(clock);
        queues = new(memory);
        rows = new(store);
    }

    Task<TestBackend> OpenAsync(string? listener, ulong seed) =>
        TestBackend.OpenAsync(
            rows,
            blobs,
            new FaultyQueues(queues, faults),
            clock,
            new() { SoleOwner = false, Listener = listener },
            seed
        );

    /// <summary>Moves the clock in small steps, and lets what it wakes go on.</summary>
    async Task PassAsync(TimeSpan time, Task? until = null)
    {
        var step = TimeSpan.FromMilliseconds(250);
        for (var passed = TimeSpan.Zero; passed < time && until is not { IsCompleted: true }; passed += step)
        {
            clock.Advance(step);
            for (var yields = 0; yields < 20; yields++)
                await Task.Yield();
        }
        if (until is not null)
            await Task.WhenAny(until, Task.Delay(TimeSpan.FromMilliseconds(200)));
    }

    static async Task<(Task<ulong> Watch, ulong Since)> WatchAsync(TestBackend test, CancellationToken cancel = default)
    {
        var since = (await test.OpenAsync(test.AliceId)).Revision;
        return (test.Gateway.WatchAsync(test.AliceId, since, cancel).AsTask(), since);
    }

    [Fact]
    public async Task What_another_process_does_is_told_within_two_seconds()
    {
        var (here, there) = (await OpenAsync(Here, 1), await OpenAsync(null, 2));
        var (watch, since) = await WatchAsync(here);
        await PassAsync(TimeSpan.FromSeconds(5));
        await there.ReceiveAsync("text", TestBackend.Alice);
        Assert.False(watch.IsCompleted);
        await PassAsync(TimeSpan.FromSeconds(2), watch);
        Assert.True(watch.IsCompleted, "Nobody was told");
        Assert.Equal(since + 1, await watch);
        Assert.Equal(0, memory.CountOf("watch-" + Here));
    }

    [Fact]
    public async Task Each_of_two_listeners_has_its_own_queue_and_is_not_told_what_it_did_itself()
    {
        var (here, there) = (await OpenAsync(Here, 1), await OpenAsync(There, 2));
        var (one, since) = await WatchAsync(here);
        var (two, _) = await WatchAsync(there);
        await here.ReceiveAsync("text", TestBackend.Alice);
        Assert.Equal(since + 1, await one); // at once
        Assert.Equal((0, 1), (memory.CountOf("watch-" + Here), memory.CountOf("watch-" + There)));
        await PassAsync(TimeSpan.FromSeconds(2), two);
        Assert.Equal(since + 1, await two);
    }

    [Fact]
    public async Task Where_nobody_watches_a_message_costs_what_it_did()
    {
        var (here, there) = (await OpenAsync(Here, 1), await OpenAsync(null, 2));
        await there.ReceiveAsync("text", TestBackend.Alice);
        await there.ReceiveAsync("text", TestBackend.Bob);
        var (_, _) = await WatchAsync(here);
        rows.Reset();
        queues.Reset();
        await there.ReceiveAsync("text", TestBackend.Bob);
        Assert.Equal((0, 1, 0), (rows.Reads, rows.Commits, queues.Operations));
    }

    [Fact]
    public async Task A_watched_account_costs_a_read_a_second_and_a_row_now_and_then()
    {
        var here = await OpenAsync(Here, 1);
        var (watch, _) = await WatchAsync(here);
        await PassAsync(TimeSpan.FromSeconds(1));
        rows.Reset();
        queues.Reset();
        await PassAsync(TimeSpan.FromMinutes(4));
        Assert.False(watch.IsCompleted);
        Assert.InRange(queues.Operations, 180, 240);
        Assert.InRange(rows.Reads, 6, 9); // the look, every 30 seconds
        Assert.Equal(0, rows.Commits);
        await PassAsync(TimeSpan.FromMinutes(10));
        Assert.InRange(rows.Commits, 2, 3); // registered anew before ten minutes are over
    }

    [Fact]
    public async Task A_lost_notice_is_made_good_by_the_look()
    {
        var (here, there) = (await OpenAsync(Here, 1), await OpenAsync(null, 2));
        var (watch, since) = await WatchAsync(here);
        faults.Fail("send");
        Assert.Equal(ReceiveStatus.Accepted, (await there.ReceiveAsync("text", TestBackend.Alice)).Status);
        faults.Heal();
        await PassAsync(TimeSpan.FromSeconds(10), watch);
        Assert.False(watch.IsCompleted);
        await PassAsync(TimeSpan.FromSeconds(25), watch);
        Assert.Equal(since + 1, await watch);
    }

    [Fact]
    public async Task A_queue_that_fails_for_a_while_is_read_again()
    {
        var (here, there) = (await OpenAsync(Here, 1), await OpenAsync(null, 2));
        var (watch, since) = await WatchAsync(here);
        faults.Fail("receive");
        await PassAsync(TimeSpan.FromSeconds(5));
        await there.ReceiveAsync("text", TestBackend.Alice);
        faults.Heal();
        await PassAsync(TimeSpan.FromSeconds(12), watch);
        Assert.Equal(since + 1, await watch);
    }

    [Fact]
    public async Task Who_watches_no_more_is_told_no_more()
    {
        var (here, there) = (await OpenAsync(Here, 1), await OpenAsync(null, 2));
        using var done = new CancellationTokenSource();
        var (watch, _) = await WatchAsync(here, done.Token);
        await done.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watch);
        await PassAsync(TimeSpan.FromSeconds(2));
        queues.Reset();
        await PassAsync(TimeSpan.FromMinutes(11));
        await there.ReceiveAsync("text", TestBackend.Alice);
        Assert.Equal(0, queues.Operations);
    }

    [Fact]
    public async Task A_dead_listener_s_queue_is_removed_and_a_living_one_s_is_not()
    {
        var (here, there) = (await OpenAsync(Here, 1), await OpenAsync(There, 2));
        var (watch, _) = await WatchAsync(here);
        var dead = await WatchAsync(there);
        await there.Gateway.SubscribeAsync(there.AliceId, MailboxRow.Inbox, false, default);
        await here.Gateway.SubscribeAsync(here.AliceId, MailboxRow.Inbox, true, default);
        Assert.Equal((1, 1), (memory.CountOf("watch-" + Here), memory.CountOf("watch-" + There)));

        faults.Fail("receive");
        clock.Advance(TimeSpan.FromHours(25));
        await here.Backend.WatchRegistration.RegisterAsync(here.AliceId, Here, default);
        var result = await here.Backend.Sweeper.RunAsync(TimeSpan.FromMinutes(5), default);
        Assert.Equal((1, 1, 0), (result.Listeners, memory.CountOf("watch-" + Here), memory.CountOf("watch-" + There)));
    }

    [Fact]
    public async Task A_queue_that_was_set_up_with_the_store_stays_with_its_rights()
    {
        const string given = "0000000000000001";
        var (here, there) = (await OpenAsync(given, 1), await OpenAsync(There, 2));
        var (_, _) = await WatchAsync(here);
        await there.Gateway.SubscribeAsync(there.AliceId, MailboxRow.Inbox, false, default);
        faults.Fail("receive");
        clock.Advance(TimeSpan.FromDays(30));
        var result = await there.Backend.Sweeper.RunAsync(TimeSpan.FromMinutes(5), default);
        Assert.Equal((0, 1), (result.Listeners, memory.CountOf("watch-" + given)));
    }

    [Fact]
    public async Task A_queue_that_fails_is_told_once_and_once_when_it_is_read_again()
    {
        var told = new List<string?>();
        var here = await OpenAsync(null, 1);
        await using var watch = new ListenerWatch(
            new FaultyQueues(queues, faults),
            Here,
            here.Backend.WatchRegistration.RegisterAsync,
            ListenerWatch.NearLook,
            clock,
            fault => told.Add(fault?.Message)
        );
        var since = (await here.OpenAsync(here.AliceId)).Revision;
        var waiting = watch.WaitAsync(here.AliceId, since, default).AsTask();
        await PassAsync(TimeSpan.FromSeconds(3));
        Assert.Empty(told);
        faults.Fail("receive");
        await PassAsync(TimeSpan.FromSeconds(60));
        Assert.NotNull(Assert.Single(told));
        faults.Heal();
        await PassAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(2, told.Count);
        Assert.Null(told[1]);
        Assert.False(waiting.IsCompleted);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0000000000000000")]
    [InlineData("../../../etc/pass")]
    [InlineData("00000000000000aag")]
    public async Task A_listener_s_name_is_checked(string name)
    {
        var here = await OpenAsync(null, 1);
        await Assert.ThrowsAsync<ArgumentException>(() =>
            here.Backend.WatchRegistration.RegisterAsync(here.AliceId, name, default).AsTask()
        );
    }

    [Fact]
    public async Task Two_processes_on_Azure_storage_tell_each_other()
    {
        await using var azurite = await AzuriteProcess.StartAsync();
        var here = await OnAzureAsync(azurite, Here);
        var there = await OnAzureAsync(azurite, null);
        var (watch, since) = await WatchAsync(here);
        await there.ReceiveAsync("text", TestBackend.Alice);
        Assert.Equal(since + 1, await watch.WaitAsync(TimeSpan.FromSeconds(20)));
    }

    static Task<TestBackend> OnAzureAsync(AzuriteProcess azurite, string? listener)
    {
        var azure = AzureStore.Open(new() { ConnectionString = azurite.ConnectionString });
        var options = new StoreOptions { SoleOwner = false, Listener = listener };
        return TestBackend.OpenAsync(azure.Rows, azure.Blobs, azure.Queues, TimeProvider.System, options);
    }
}
