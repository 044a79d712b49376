using Cloud.Flow.Outbound;
using Cloud.Store;
using Cloud.Store.Outbox;
using Cloud.Store.Ports;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Flow.Outbound;

/// <summary>Attempts that come to no end, lost answers, tasks that cannot be worked on.</summary>
public sealed class RepeatTests
{
    [Fact]
    public async Task A_crash_between_sending_and_record_is_counted_and_tried_again()
    {
        var world = await OutboundWorld.OpenAsync();
        var message = await world.SubmitAsync(TestBackend.Alice, "bob@there.test");
        await Assert.ThrowsAsync<CrashException>(() => CrashAsync(world));
        world.Relay.Meanwhile = (_, _) => Task.CompletedTask;
        Assert.Equal(RecipientState.Sending, await world.StateAsync(message));
        await world.PassAsync(TimeSpan.FromMinutes(14));
        Assert.Single(world.Relay.Jobs);
        await world.PassAsync(TimeSpan.FromMinutes(2));
        Assert.Single(world.Relay.Taken);
        var to = (await world.ShowAsync(message)).Recipients.Single();
        Assert.Equal((RecipientState.Sent, 1, 1), (to.State, to.PossibleRepeats, to.Attempts));
        Assert.Equal(1, world.Results.Sum(result => result.PossibleRepeats));
        Assert.True(world.Relay.Jobs[1].MayBeRepeated);
    }

    [Fact]
    public async Task A_server_that_was_sent_all_and_did_not_answer_may_get_it_twice_and_that_is_counted()
    {
        var world = await OutboundWorld.OpenAsync();
        world.Relay.Answer = (job, to) =>
            job.Attempt > 1 ? ScriptedRelay.Take(job, to)
            : to.Recipient.Address.Local == "bob" ? ScriptedRelay.Defer(job, to) with { MayHaveBeenTaken = true }
            : ScriptedRelay.Defer(job, to);
        var message = await world.SubmitAsync(TestBackend.Alice, "ann@there.test", "bob@there.test");
        await world.WorkAsync();
        Assert.Equal(1, world.Results.Sum(result => result.PossibleRepeats));
        await world.PassAsync(TimeSpan.FromMinutes(6));
        var to = (await world.ShowAsync(message)).Recipients;
        Assert.Equal([0, 1], to.Select(one => one.PossibleRepeats));
        Assert.All(to, one => Assert.Equal(RecipientState.Sent, one.State));
        Assert.Equal(1, world.Results.Sum(result => result.PossibleRepeats));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Only_who_has_the_store_for_himself_need_not_wait_for_the_lease_of_a_process_that_has_ended(
        bool isSole
    )
    {
        var world = await OutboundWorld.OpenAsync();
        var message = await world.SubmitAsync(TestBackend.Alice, "bob@there.test");
        var task = Assert.Single(
            await world.MemoryQueues.ReceiveAsync(OutboundWorker.Queue, 1, TimeSpan.Zero, default)
        );
        await Assert.ThrowsAsync<CrashException>(() => CrashAsync(world));
        world.Relay.Meanwhile = (_, _) => Task.CompletedTask;

        var heir = await TestBackend.OpenAsync(
            world.MemoryRows,
            world.MemoryBlobs,
            world.MemoryQueues,
            world.Clock,
            new() { SoleOwner = isSole },
            seed: 2, // of claims: it has not made those of the other
            relay: world.Relay
        );
        await heir.Backend.Sending.Worker.RunAsync(task.Body, 2, default);
        var to = (await world.ShowAsync(message)).Recipients.Single();
        var (state, repeats) = isSole ? (RecipientState.Sent, 1) : (RecipientState.Sending, 0);
        Assert.Equal((state, repeats, 1), (to.State, to.PossibleRepeats, to.Attempts));
    }

    [Fact]
    public async Task What_is_being_sent_is_not_taken_for_abandoned_by_its_own_process()
    {
        var world = await OutboundWorld.OpenAsync();
        var sole = await TestBackend.OpenAsync(
            world.MemoryRows,
            world.MemoryBlobs,
            world.MemoryQueues,
            world.Clock,
            new() { SoleOwner = true },
            relay: world.Relay
        );
        await world.SubmitAsync(TestBackend.Alice, "bob@there.test");
        var worker = sole.Backend.Sending.Worker;
        var task = Assert.Single(
            await world.MemoryQueues.ReceiveAsync(OutboundWorker.Queue, 1, TimeSpan.Zero, default)
        );
        world.Relay.Meanwhile = async (_, _) =>
        {
            var again = await worker.RunAsync(task.Body, 2, default);
            Assert.Equal(OutboundOutcome.Waits, again.Outcome);
        };
        await worker.RunAsync(task.Body, 1, default);
        Assert.Single(world.Relay.Jobs);
    }

    /// <summary>The process ends while a message is being sent: nothing more is written, not even that it failed.</summary>
    static async Task CrashAsync(OutboundWorld world)
    {
        var stopped = new Stopped();
        var dead = await TestBackend.OpenAsync(
            new FaultyRows(world.MemoryRows, stopped),
            world.MemoryBlobs,
            new FaultyQueues(world.MemoryQueues, stopped),
            world.Clock,
            relay: world.Relay
        );
        world.Relay.Meanwhile = (_, _) => throw stopped.Crash();
        await dead.Backend.Sending.Worker.WorkAsync(_ => { }, default);
    }

    /// <summary>After the crash no operation gets through any more.</summary>
    sealed class Stopped : IFaults
    {
        bool isOver;

        public CrashException Crash()
        {
            isOver = true;
            return new();
        }

        public ValueTask<T> RunAsync<T>(string operation, Func<ValueTask<T>> work) =>
            isOver ? throw new CrashException() : work();
    }

    sealed class CrashException : Exception;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_record_whose_answer_is_lost_is_not_sent_again(bool isDone)
    {
        var faults = new Faults { AfterDoing = isDone };
        var world = await OutboundWorld.OpenAsync(faults: faults);
        var message = await world.SubmitAsync(TestBackend.Alice, "bob@there.test");
        world.Relay.Meanwhile = (_, _) =>
        {
            faults.Fail("commit outbox");
            _ = HealSoonAsync();
            return Task.CompletedTask;
        };
        var work = world.WorkAsync();
        await world.EndAsync(work);
        await world.PassAsync(TimeSpan.FromHours(1));
        Assert.Single(world.Relay.Taken);
        var to = (await world.ShowAsync(message)).Recipients.Single();
        Assert.Equal((RecipientState.Sent, 0), (to.State, to.PossibleRepeats));

        async Task HealSoonAsync()
        {
            await Task.Delay(TimeSpan.FromSeconds(3), world.Clock);
            faults.Heal();
        }
    }

    [Fact]
    public async Task A_claim_whose_answer_is_lost_is_a_claim()
    {
        var faults = new Faults { AfterDoing = true };
        var world = await OutboundWorld.OpenAsync(faults: faults);
        var message = await world.SubmitAsync(TestBackend.Alice, "bob@there.test");
        faults.Fail("commit outbox");
        world.Relay.Meanwhile = (_, _) =>
        {
            faults.Heal();
            return Task.CompletedTask;
        };
        await world.WorkAsync();
        Assert.Single(world.Relay.Taken);
        Assert.Equal(0, (await world.ShowAsync(message)).Recipients.Single().PossibleRepeats);
    }

    [Fact]
    public async Task An_attempt_that_outlasts_its_lease_is_stopped_before_another_begins()
    {
        var world = await OutboundWorld.OpenAsync();
        var stopped = new TaskCompletionSource();
        world.Relay.Meanwhile = async (job, cancel) =>
        {
            if (job.Attempt > 1)
                return;
            cancel.Register(stopped.SetResult);
            await Task.Delay(Timeout.InfiniteTimeSpan, world.Clock, cancel);
        };
        var message = await world.SubmitAsync(TestBackend.Alice, "bob@there.test");
        var work = world.Sending.Worker.WorkAsync(world.Results.Add, default).AsTask();
        world.Clock.Advance(TimeSpan.FromMinutes(14));
        await stopped.Task;
        await work;
        var to = (await world.ShowAsync(message)).Recipients.Single();
        Assert.Equal((RecipientState.Waiting, 1), (to.State, to.PossibleRepeats));
        await world.PassAsync(TimeSpan.FromMinutes(6));
        Assert.Single(world.Relay.Taken);
    }

    [Fact]
    public async Task A_relay_that_breaks_is_a_fault_of_ours_and_the_message_waits()
    {
        var world = await OutboundWorld.OpenAsync();
        world.Relay.Answer = (job, to) =>
            job.Attempt == 1 ? throw new InvalidOperationException("broken") : ScriptedRelay.Take(job, to);
        var message = await world.SubmitAsync(TestBackend.Alice, "bob@there.test");
        await world.WorkAsync();
        Assert.IsType<InvalidOperationException>(Assert.Single(world.Results).Fault);
        Assert.Equal(1, (await world.ShowAsync(message)).Recipients[0].PossibleRepeats);
        await world.PassAsync(TimeSpan.FromMinutes(5));
        Assert.Single(world.Relay.Taken);
    }

    [Fact]
    public async Task A_message_whose_bytes_are_gone_waits_for_them()
    {
        var world = await OutboundWorld.OpenAsync();
        var message = await world.SubmitAsync(TestBackend.Alice, "bob@there.test");
        await world.MemoryBlobs.CopyAsync(message.Blob, "backup", default);
        await world.MemoryBlobs.DeleteAsync(message.Blob, default);
        await world.WorkAsync();
        Assert.True(Assert.Single(world.Results).IsBlobMissing);
        await world.MemoryBlobs.CopyAsync("backup", message.Blob, default);
        await world.PassAsync(TimeSpan.FromMinutes(5));
        Assert.Single(world.Relay.Taken);
    }

    [Fact]
    public async Task What_comes_to_no_end_is_set_aside_listed_and_replayed()
    {
        var world = await OutboundWorld.OpenAsync();
        await world.MemoryQueues.SendAsync("outbound", "no task"u8.ToArray(), TimeSpan.Zero, default);
        await world.WorkAsync();
        var message = await world.SubmitAsync(TestBackend.Alice, "bob@there.test");
        var task = (await world.MemoryQueues.ReceiveAsync("outbound", 1, TimeSpan.FromHours(1), default)).Single();
        for (var i = 0; i < 2; i++) // once more is the same letter
        {
            var result = await world.Sending.Worker.RunAsync(task.Body, OutboundWorker.MaxTries + 1, default);
            Assert.Equal((OutboundOutcome.SetAside, message.Id.ToString()), (result.Outcome, result.Transaction));
        }
        await world.MemoryQueues.DeleteAsync("outbound", task, default);

        var letters = await ListAsync();
        Assert.Equal([null, message.Id.ToString()], letters.Select(letter => letter.Transaction).Order());
        foreach (var letter in letters)
            Assert.True(await world.Sending.DeadLetters.ReplayAsync(letter.Id, default));
        await world.WorkAsync();
        Assert.Single(world.Relay.Taken);
        var unreadable = Assert.Single(await ListAsync());
        Assert.True(await world.Sending.DeadLetters.RemoveAsync(unreadable.Id, default));
        Assert.False(await world.Sending.DeadLetters.ReplayAsync(unreadable.Id, default));
        Assert.Empty(await ListAsync());

        async Task<List<DeadLetter>> ListAsync()
        {
            var found = new List<DeadLetter>();
            await foreach (var letter in world.Sending.DeadLetters.ListAsync(default))
                found.Add(letter);
            return found;
        }
    }

    [Fact]
    public async Task The_worker_sends_several_at_a_time_and_stops_when_told()
    {
        var world = await OutboundWorld.OpenAsync(new() { Parallel = 3 });
        var (together, most, ended) = (0, 0, new TaskCompletionSource());
        var three = new TaskCompletionSource();
        world.Relay.Meanwhile = async (_, _) =>
        {
            lock (ended)
                most = Math.Max(most, ++together);
            if (together == 3)
                three.TrySetResult();
            await three.Task;
            lock (ended)
                together--;
        };
        for (var i = 0; i < 9; i++)
            await world.SubmitAsync(TestBackend.Alice, $"u{i}@d{i}.test");
        using var stop = new CancellationTokenSource();
        var left = 9;
        var run = world.Sending.Worker.RunAsync(
            _ =>
            {
                if (Interlocked.Decrement(ref left) == 0)
                    ended.SetResult();
            },
            stop.Token
        );
        await ended.Task;
        await stop.CancelAsync();
        await run;
        Assert.Equal((9, 3), (world.Relay.Taken.Count, most));
        Assert.Equal(0, world.MemoryQueues.CountOf("outbound"));
    }

    [Fact]
    public async Task The_worker_is_woken_by_what_is_accepted_here()
    {
        var world = await OutboundWorld.OpenAsync();
        var done = new TaskCompletionSource();
        using var stop = new CancellationTokenSource();
        var run = world.Sending.Worker.RunAsync(_ => done.SetResult(), stop.Token);
        await world.SubmitAsync(TestBackend.Alice, "bob@there.test"); // the clock stands still
        await done.Task;
        await stop.CancelAsync();
        await run;
        Assert.Single(world.Relay.Taken);
    }
}
