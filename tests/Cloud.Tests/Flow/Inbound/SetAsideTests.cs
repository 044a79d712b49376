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
    readonly Bug bug = new();
    readonly List<InboundResult> told = [];
    readonly MemoryBlobs blobs = new();
    MemoryQueues queues = null!;
    TestBackend test = null!;

    InboundWorker Worker => test.Backend.Inbound;

    public async Task InitializeAsync()
    {
        queues = new(clock);
        test = await TestBackend.OpenAsync(
            new FaultyRows(new FaultyRows(new MemoryRows(), faults), bug),
            blobs,
            queues: new FaultyQueues(queues, queueFaults),
            time: clock
        );
    }

    public Task DisposeAsync() => Task.CompletedTask;

    /// <summary>A message for bob, taken off the queue on which it waits.</summary>
    Task<ReadOnlyMemory<byte>> AcceptedAsync() => AcceptedAsync(TestBackend.Bob);

    async Task<ReadOnlyMemory<byte>> AcceptedAsync(string user)
    {
        faults.Fail("commit mail");
        await test.ReceiveAsync("text", user);
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
        Assert.Equal(60, told.Count(one => one == result with { Reason = one.Reason }));
        Assert.All(told, one => Assert.Equal($"Injected: commit mail {test.BobId} was not done", one.Reason));

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
    public async Task That_nobody_is_left_to_have_it_is_not_told_as_filed()
    {
        await Worker.TakeOverAsync(await AcceptedAsync(), default);
        faults.Heal();
        await test.Admin.RemoveUserAsync(TestBackend.Bob, default);
        await RetryAsync();
        Assert.Equal((InboundOutcome.NobodyLeft, false), (told[0].Outcome, told[0].IsLost));
        Assert.Equal(0, queues.CountOf(SetAside.Aside));
    }

    [Fact]
    public async Task That_its_bytes_are_gone_is_not_told_as_filed()
    {
        var body = await AcceptedAsync();
        await blobs.DeleteAsync(InboundMail.Parse(body)!.Source, default);
        faults.Heal();
        var result = await Worker.FileAsync(body, default);
        Assert.Equal((InboundOutcome.SetAside, true), (result.Outcome, result.IsLost));
        Assert.Empty((await test.OpenAsync(test.BobId)).Entries);
    }

    [Fact]
    public async Task What_had_lost_its_bytes_is_filed_when_they_are_restored()
    {
        var body = await AcceptedAsync();
        var source = InboundMail.Parse(body)!.Source;
        byte[] octets;
        await using (var stream = await blobs.OpenAsync(source, 0, null, default))
        {
            using var copy = new MemoryStream();
            await stream!.CopyToAsync(copy);
            octets = copy.ToArray();
        }
        await blobs.DeleteAsync(source, default);
        faults.Heal();
        await Worker.FileAsync(body, default);
        await RetryAsync();
        Assert.Equal((InboundOutcome.SetAside, true), (told[^1].Outcome, told[^1].IsLost));

        await using (var writer = await blobs.CreateAsync(source, default))
        {
            await writer.WriteAsync(octets, default);
            await writer.CompleteAsync(default);
        }
        await RetryAsync();
        Assert.Equal((InboundOutcome.DoneAfterAll, false), (told[^1].Outcome, told[^1].IsLost));
        Assert.Single((await test.OpenAsync(test.BobId)).Entries);
    }

    [Fact]
    public async Task What_its_user_had_and_deleted_is_neither_lost_nor_for_nobody()
    {
        var body = await AcceptedAsync();
        faults.Heal();
        await Worker.FileAsync(body, default);
        await test.Gateway.ExpungeAsync(test.BobId, new(1), UidSet.All, false, default);
        await Worker.TakeOverAsync(body, default);
        await RetryAsync();
        Assert.Equal((InboundOutcome.DoneAfterAll, false), (told[0].Outcome, told[0].IsLost));
    }

    [Fact]
    public async Task A_message_that_waits_says_why_at_its_first_try_and_when_it_is_set_aside()
    {
        var body = await AcceptedAsync();
        await queues.SendAsync(Filing.Queue, body, TimeSpan.Zero, default);
        for (var tries = 0; tries < InboundWorker.MaxTries; tries++)
        {
            var message = Assert.Single(await queues.ReceiveAsync(Filing.Queue, 1, TimeSpan.FromHours(1), default));
            told.Add(await Worker.FileAsync(message.Body, default));
            await queues.DeleteAsync(Filing.Queue, message, default);
            clock.Advance(TimeSpan.FromHours(1));
        }
        var reason = $"Injected: commit mail {test.BobId} was not done";
        var silent = Enumerable.Repeat<string?>(null, InboundWorker.MaxTries - 2);
        Assert.Equal([reason, .. silent, reason], told.Select(one => one.Reason));
        Assert.Equal(InboundOutcome.SetAside, told[^1].Outcome);
    }

    [Fact]
    public void A_reason_is_one_line_of_bounded_length()
    {
        var reason = InboundResult.ReasonOf(new($"first\r\nsecond {new string('x', 10_000)}"))!;
        Assert.StartsWith("first  second x", reason);
        Assert.Equal(InboundResult.ReasonLength, reason.Length);
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
    public async Task What_ends_the_process_each_time_lets_the_others_pass_once_in_a_while()
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

        await RetryAsync(); // it was not what ended the process, or that is mended
        await CheckFiledAsync(test.BobId);
    }

    [Fact]
    public async Task A_fault_of_ours_with_one_message_keeps_no_other_waiting()
    {
        await Worker.TakeOverAsync(await AcceptedAsync(TestBackend.Bob), default);
        await Worker.TakeOverAsync(await AcceptedAsync(TestBackend.Alice), default);
        faults.Heal();
        bug.In = $"commit mail {test.BobId}";
        await RetryAsync();
        await CheckFiledAsync(test.AliceId);
        Assert.Equal([bug.Exception, null], told.Select(one => one.Fault));
        Assert.Equal(1, queues.CountOf(SetAside.Aside));

        bug.In = null;
        await RetryAsync();
        await CheckFiledAsync(test.BobId);
    }

    [Fact]
    public async Task A_fault_of_ours_does_not_end_the_work_on_the_queue()
    {
        var bodies = new[] { await AcceptedAsync(TestBackend.Bob), await AcceptedAsync(TestBackend.Alice) };
        foreach (var body in bodies)
            await queues.SendAsync(Filing.Queue, body, TimeSpan.Zero, default);
        faults.Heal();
        bug.In = $"commit mail {test.BobId}";
        using var stop = new CancellationTokenSource();
        var both = new TaskCompletionSource();
        var running = Worker.RunAsync(
            result =>
            {
                told.Add(result);
                if (told.Count == 2)
                    both.SetResult();
            },
            stop.Token
        );
        await both.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await stop.CancelAsync();
        await running;
        await CheckFiledAsync(test.AliceId);
        Assert.Equal([bug.Exception, null], told.Select(one => one.Fault));
        Assert.Equal(1, queues.CountOf(Filing.Queue));
    }

    [Fact]
    public async Task A_message_that_shows_again_while_the_sweep_reads_is_not_counted_twice()
    {
        for (var count = 0; count < 40; count++)
            await queues.SendAsync(SetAside.Aside, await AcceptedAsync(), TimeSpan.Zero, default);
        var slow = new FaultyQueues(queues, new Slowness(clock));
        Assert.Equal(SweepHold.AsideUnread, await InboundNames.ReadAsync(slow, [], default));
        Assert.Equal(SweepHold.None, await InboundNames.ReadAsync(queues, [], default));
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

    /// <summary>A fault of ours: an exception that is not the store's.</summary>
    sealed class Bug : IFaults
    {
        public Exception Exception { get; } = new InvalidOperationException("a bug");

        /// <summary>Operations whose name starts so; null for none.</summary>
        public string? In { get; set; }

        public ValueTask<T> RunAsync<T>(string operation, Func<ValueTask<T>> work) =>
            In is not null && operation.StartsWith(In, StringComparison.Ordinal) ? throw Exception : work();
    }

    /// <summary>Every receipt takes longer than a received message stays hidden.</summary>
    sealed class Slowness(ManualClock clock) : IFaults
    {
        public async ValueTask<T> RunAsync<T>(string operation, Func<ValueTask<T>> work)
        {
            var result = await work();
            if (operation.StartsWith("receive", StringComparison.Ordinal))
                clock.Advance(TimeSpan.FromMinutes(2));
            return result;
        }
    }
}
