using Cloud.Flow.Inbound;
using Cloud.Flow.Sweep;
using Cloud.Store;
using Cloud.Store.Messages;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Flow.Inbound;

/// <summary>What was accepted is never lost, however long it cannot be filed, and somebody hears of it.</summary>
public sealed class SetAsideTests : IAsyncLifetime
{
    readonly ManualClock clock = new();
    readonly Faults faults = new();
    readonly Faults queueFaults = new();
    readonly List<InboundResult> told = [];
    MemoryQueues queues = null!;
    TestBackend test = null!;

    InboundWorker Worker => test.Backend.Inbound;

    public async Task InitializeAsync()
    {
        queues = new(clock);
        test = await TestBackend.OpenAsync(
            new FaultyRows(new MemoryRows(), faults),
            queues: new FaultyQueues(queues, queueFaults),
            time: clock
        );
    }

    public Task DisposeAsync() => Task.CompletedTask;

    /// <summary>A message for bob, taken off the queue on which it waits.</summary>
    async Task<ReadOnlyMemory<byte>> AcceptedAsync()
    {
        faults.Fail($"commit mail {test.BobId}");
        await test.ReceiveAsync("text", TestBackend.Bob);
        var message = Assert.Single(await queues.ReceiveAsync(Filing.Queue, 1, TimeSpan.FromMinutes(1), default));
        await queues.DeleteAsync(Filing.Queue, message, default);
        return message.Body;
    }

    ValueTask RetryAsync() => Worker.RetryAsync(told.Add, default);

    async Task CheckFiledAsync(AccountId account)
    {
        var entry = Assert.Single((await test.OpenAsync(account)).Entries);
        Assert.Equal("text", await test.ReadAsync(account, entry.Email));
    }

    [Fact]
    public async Task It_outlives_the_copy_that_the_functions_host_made_of_it()
    {
        var body = await AcceptedAsync();
        // As the host does it, after its last try.
        await queues.Forgetful(TimeSpan.FromDays(7)).SendAsync(InboundWorker.Poison, body, TimeSpan.Zero, default);
        var poisoned = Assert.Single(
            await queues.ReceiveAsync(InboundWorker.Poison, 1, TimeSpan.FromMinutes(10), default)
        );
        var result = await Worker.TakeOverAsync(poisoned.Body, default);
        await queues.DeleteAsync(InboundWorker.Poison, poisoned, default);
        Assert.Equal(InboundOutcome.SetAside, result.Outcome);
        Assert.Matches("^00000[0-9a-f]{27}$", result.Trace);

        for (var day = 0; day < 60; day++)
        {
            clock.Advance(TimeSpan.FromDays(1));
            Assert.Equal(SweepHold.None, (await test.Backend.Sweeper.RunAsync(TimeSpan.FromHours(1), default)).Hold);
            await RetryAsync();
        }
        Assert.Equal((0, 1), (queues.CountOf(InboundWorker.Poison), queues.CountOf(SetAside.Aside)));
        Assert.Equal(60, told.Count(one => one == result));

        faults.Heal();
        await RetryAsync();
        await CheckFiledAsync(test.BobId);
        Assert.Equal(result with { Outcome = InboundOutcome.DoneAfterAll }, told[^1]);
        Assert.Equal(0, queues.CountOf(SetAside.Aside));
    }

    [Fact]
    public async Task What_nobody_took_over_from_the_host_is_taken_over_at_the_next_try()
    {
        await queues.SendAsync(InboundWorker.Poison, await AcceptedAsync(), TimeSpan.Zero, default);
        faults.Heal();
        await RetryAsync();
        Assert.Equal((0, 0), (queues.CountOf(InboundWorker.Poison), queues.CountOf(SetAside.Aside)));
        await CheckFiledAsync(test.BobId);
        Assert.Equal([InboundOutcome.SetAside, InboundOutcome.DoneAfterAll], told.Select(one => one.Outcome));
    }

    [Fact]
    public async Task What_some_have_got_meanwhile_is_kept_for_the_others_alone()
    {
        faults.Fail("commit mail");
        await test.ReceiveAsync("text", TestBackend.Alice, TestBackend.Bob);
        faults.Heal();
        var message = Assert.Single(await queues.ReceiveAsync(Filing.Queue, 1, TimeSpan.FromMinutes(1), default));
        await Worker.TakeOverAsync(message.Body, default);

        faults.Fail($"commit mail {test.BobId}");
        await RetryAsync();
        await CheckFiledAsync(test.AliceId);
        await test.Gateway.ExpungeAsync(test.AliceId, new(1), UidSet.All, false, default);
        faults.Heal();
        await RetryAsync();
        await CheckFiledAsync(test.BobId);
        Assert.Empty((await test.OpenAsync(test.AliceId)).Entries);
    }

    [Fact]
    public async Task A_message_is_never_on_no_queue()
    {
        await Worker.TakeOverAsync(await AcceptedAsync(), default);
        queueFaults.Fail("send");
        await Assert.ThrowsAnyAsync<Cloud.Store.Ports.StoreException>(() => RetryAsync().AsTask());
        Assert.Equal(1, queues.CountOf(SetAside.Aside));
        faults.Heal();
        queueFaults.Heal();
        clock.Advance(InboundWorker.AsideEvery);
        await RetryAsync();
        await CheckFiledAsync(test.BobId);
    }

    [Fact]
    public async Task What_cannot_be_read_is_kept_and_told_each_time()
    {
        var result = await Worker.FileAsync("not ours"u8.ToArray(), default);
        Assert.Equal((InboundOutcome.SetAside, null), (result.Outcome, result.Transaction));
        for (var round = 1; round <= 3; round++)
        {
            await RetryAsync();
            Assert.Equal(round, told.Count(one => one == result));
            clock.Advance(InboundWorker.AsideEvery);
        }
        Assert.Equal(1, queues.CountOf(SetAside.Aside));
    }

    [Fact]
    public async Task What_ends_the_process_each_time_is_left_alone_and_told()
    {
        await Worker.TakeOverAsync(await AcceptedAsync(), default);
        for (var crash = 0; crash < 10; crash++)
        {
            Assert.Single(await queues.ReceiveAsync(SetAside.Aside, 1, TimeSpan.FromMinutes(10), default));
            clock.Advance(TimeSpan.FromMinutes(10));
        }
        faults.Heal();
        await RetryAsync();
        Assert.Empty((await test.OpenAsync(test.BobId)).Entries);
        Assert.Equal(InboundOutcome.SetAside, Assert.Single(told).Outcome);
        Assert.Equal(1, queues.CountOf(SetAside.Aside));
    }

    [Fact]
    public async Task A_process_that_works_for_itself_tries_again_by_itself()
    {
        await Worker.TakeOverAsync(await AcceptedAsync(), default);
        faults.Heal();
        using var stop = new CancellationTokenSource();
        var filed = new TaskCompletionSource();
        var running = Worker.RunAsync(
            result =>
            {
                if (result.Outcome == InboundOutcome.DoneAfterAll)
                    filed.TrySetResult();
            },
            stop.Token
        );
        await filed.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await stop.CancelAsync();
        await running;
        await CheckFiledAsync(test.BobId);
    }
}
