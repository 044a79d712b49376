using Cloud.Flow.Outbound;
using Cloud.Mail;
using Cloud.Store.Ports;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Flow.Outbound;

/// <summary>A process that ends at every single operation of the store, and stores that fail by chance.</summary>
public sealed class OutboundCrashTests
{
    /// <summary>One recipient of each kind, and what happens to it at its first attempt.</summary>
    static readonly string[] Recipients =
    [
        "ok@a.test",
        "later@a.test",
        "never@a.test",
        "ok@b.test",
        "report@b.test",
        TestBackend.Bob,
    ];

    static RelayOutcome Answer(RelayJob job, RelayRecipient to) =>
        to.Recipient.Address.Local switch
        {
            "later" when job.Attempt == 1 => ScriptedRelay.Defer(job, to),
            "never" => ScriptedRelay.Refuse(job, to),
            "report" => ScriptedRelay.Relay(job, to),
            _ => ScriptedRelay.Take(job, to),
        };

    [Fact]
    public async Task A_crash_at_any_operation_loses_nothing_and_repeats_only_what_is_counted()
    {
        var operations = 0;
        for (var isOver = false; !isOver; operations++)
        {
            foreach (var isDone in new[] { false, true })
            {
                var crash = new CrashAt(operations + 1, isDone);
                await PlayAsync(crash, seed: (ulong)operations);
                isOver = !crash.IsOver; // it came to its end before
            }
        }
        Assert.InRange(operations, 30, 300);
    }

    [Fact]
    public async Task A_store_that_fails_now_and_then_loses_nothing_and_repeats_only_what_is_counted()
    {
        for (var seed = 1UL; seed <= 150; seed++)
            await PlayAsync(Faults.Seeded(seed, (int)(3 + seed % 12)), seed);
    }

    /// <summary>A message is accepted, and days pass; then nothing fails any more, and all must have come to its end.</summary>
    static async Task PlayAsync(IFaults faults, ulong seed)
    {
        var world = await OutboundWorld.OpenAsync(faults: null);
        world.Relay.Answer = Answer;
        await world.RestartAsync(faults: faults, seed: seed);
        var message = world.Message(TestBackend.Alice) with
        {
            Recipients =
            [
                .. Recipients.Select(to => new OutboundRecipient(
                    EmailAddress.TryParse(to)!,
                    to.StartsWith("report", StringComparison.Ordinal) ? "SUCCESS,FAILURE" : null
                )),
            ],
        };
        var accepted = await TryAsync(() => world.SubmitAsync(message));
        for (var minute = 0; minute < 60; minute++)
        {
            if (faults is CrashAt { IsOver: true } or not CrashAt && minute % 7 == 6)
                await world.RestartAsync(faults: faults is CrashAt ? null : faults, seed: seed + (ulong)minute);
            if (!accepted && minute == 0 && faults is CrashAt) // its sender did not hear that it was taken
                accepted = await TryAsync(() => world.SubmitAsync(message));
            await TryAsync(() => StepAsync(world));
        }
        await world.RestartAsync(seed: seed + 1000);
        if (!accepted)
            await world.SubmitAsync(message);
        for (var hour = 0; hour < 3; hour++)
        {
            await world.PassAsync(TimeSpan.FromHours(1));
            await world.Test.Backend.Sweeper.RunAsync(TimeSpan.FromHours(1), default);
        }
        await world.PassAsync(TimeSpan.FromHours(8)); // the last of what was seen twice
        await world.Test.Backend.Inbound.WorkAsync(default); // what a failing store kept from being filed at once
        await CheckAsync(world, message, $"{faults.GetType().Name} {seed}");
    }

    static async Task StepAsync(OutboundWorld world)
    {
        world.Clock.Advance(TimeSpan.FromMinutes(1));
        var work = world.Sending.Worker.WorkAsync(world.Results.Add, default).AsTask();
        await world.EndAsync(work);
    }

    static async Task<bool> TryAsync(Func<Task> work)
    {
        try
        {
            await work();
            return true;
        }
        catch (Exception e) when (e is StoreException or CrashException)
        {
            return false;
        }
    }

    static async Task CheckAsync(OutboundWorld world, Submission message, string what)
    {
        var shown = await world.ShowAsync(message);
        Assert.True(shown.Message.Open == 0, $"{what}: {string.Join(", ", shown.Recipients.Select(to => to.State))}");
        foreach (var to in shown.Recipients)
        {
            var address = to.Recipient.Address.ToString();
            var taken = world.Relay.Taken.Count(one => one.Id == message.Id.ToString() && one.Recipient == address);
            var isForWorld = address is not TestBackend.Bob && !address.StartsWith("never", StringComparison.Ordinal);
            Assert.True(taken >= (isForWorld ? 1 : 0), $"{what}: {address} never got it");
            Assert.True(
                taken <= 1 + to.PossibleRepeats,
                $"{what}: {address} {taken} times, {to.PossibleRepeats} counted"
            );
        }
        var filed = (await world.InboxAsync(world.Test.BobId)).Count;
        Assert.True(filed == 1, $"{what}: filed {filed} times");
        var told = await world.InboxAsync(world.Test.AliceId);
        Assert.True(
            told.Count(text => text.Contains("Action: failed", StringComparison.Ordinal)) == 1,
            $"{what}: failed"
        );
        Assert.True(
            told.Count(text => text.Contains("Action: relayed", StringComparison.Ordinal)) == 1,
            $"{what}: relayed"
        );
        Assert.True(told.Count == 2, $"{what}: told {told.Count} times");
        Assert.True(world.MemoryQueues.CountOf("outbound") == 0, $"{what}: the queue is not empty");
    }

    sealed class CrashException : Exception;

    /// <summary>The process ends at an operation, which is done or not; none gets through afterwards.</summary>
    sealed class CrashAt(int at, bool isDone) : IFaults
    {
        public int Count { get; private set; }

        public bool IsOver => Count >= at;

        public async ValueTask<T> RunAsync<T>(string operation, Func<ValueTask<T>> work)
        {
            Count++;
            if (Count < at)
                return await work();
            if (Count == at && isDone)
                await work();
            throw new CrashException();
        }
    }
}
