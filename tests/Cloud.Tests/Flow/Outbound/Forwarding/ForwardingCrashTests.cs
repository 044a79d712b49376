using Cloud.Api.Gateway;
using Cloud.Store;
using Cloud.Store.Ports;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Flow.Outbound.Forwarding;

/// <summary>A process that ends at every single operation while mail is passed on, and stores that fail by chance.</summary>
public sealed class ForwardingCrashTests
{
    const string Sales = "sales@example.test";
    const string Far = "ann@far.test";
    const string Text = "Subject: Hello\r\n\r\nWell?\r\n";

    static readonly string[] Outside = ["x@other.test", "you@outside.test"];

    [Fact]
    public async Task A_crash_at_any_operation_loses_nothing_and_sends_nothing_twice()
    {
        var operations = 0;
        for (var isOver = false; !isOver; operations++)
        {
            foreach (var isDone in new[] { false, true })
            {
                var crash = new CrashAt(operations + 1, isDone);
                await PlayAsync(crash, $"operation {operations + 1} {isDone}");
                isOver = !crash.IsOver; // it came to its end before
            }
        }
        Assert.InRange(operations, 10, 100);
    }

    [Fact]
    public async Task A_store_that_fails_now_and_then_loses_nothing_and_sends_nothing_twice()
    {
        for (var seed = 1UL; seed <= 100; seed++)
            await PlayAsync(Faults.Seeded(seed, (int)(3 + seed % 12)), $"seed {seed}");
    }

    /// <summary>A message comes in; whoever sends it tries again until it hears that it was taken.</summary>
    static async Task PlayAsync(IFaults faults, string what)
    {
        var world = await ForwardingWorld.OpenAsync();
        await world.Admin.AddAliasAsync(Sales, [Outside[1], TestBackend.Bob, Outside[0]], default);
        var transaction = world.Test.NewTransaction();
        await using var upload = await world.Test.Gateway.BeginUploadAsync(transaction, default);
        await upload.WriteAsync(System.Text.Encoding.UTF8.GetBytes(Text), default);
        var message = await upload.CompleteAsync(default);
        var request = TestBackend.Request(transaction, message, Sales, TestBackend.Alice);

        await world.RestartAsync(faults);
        var isAccepted = await TryAsync(world, request, repeated: false);
        await world.RestartAsync(seed: 2);
        for (var tries = 0; !isAccepted; tries++)
        {
            Assert.True(tries < 3, what);
            isAccepted = await TryAsync(world, request, repeated: true);
        }
        await world.Test.Backend.Inbound.WorkAsync(default);
        await world.WorkAsync();
        for (var hours = 0; hours < 3; hours++) // what the queue lost, the sweep puts there
        {
            world.Clock.Advance(TimeSpan.FromHours(1));
            await world.Test.Backend.Sweeper.RunAsync(TimeSpan.FromHours(1), default);
            await world.WorkAsync();
            await world.Test.Backend.Inbound.WorkAsync(default);
        }
        var taken = world.Relay.Taken.Select(one => one.Recipient).Order(StringComparer.Ordinal);
        Assert.True(Outside.SequenceEqual(taken), $"{what}: {string.Join(", ", taken)}");
        foreach (var account in new[] { world.Test.AliceId, world.Test.BobId })
        {
            var inbox = await world.InboxAsync(account);
            Assert.True(inbox.Count == 1, $"{what}: filed {inbox.Count} times");
            Assert.True(inbox[0].EndsWith(Text, StringComparison.Ordinal), $"{what}: no bytes");
        }
        Assert.True(world.Relay.Taken.All(one => one.Content!.EndsWith(Text, StringComparison.Ordinal)), what);
    }

    static async Task<bool> TryAsync(ForwardingWorld world, ReceiveRequest request, bool repeated)
    {
        try
        {
            var result = await ((LocalGateway)world.Test.Gateway).ReceiveAsync(request, repeated, default);
            return result.Status == ReceiveStatus.Accepted;
        }
        catch (Exception e) when (e is StoreException or CrashException)
        {
            return false;
        }
    }

    sealed class CrashException : Exception;

    /// <summary>The process ends at an operation, which is done or not; none gets through afterwards.</summary>
    sealed class CrashAt(int at, bool isDone) : IFaults
    {
        int count;

        public bool IsOver => count >= at;

        public async ValueTask<T> RunAsync<T>(string operation, Func<ValueTask<T>> work)
        {
            count++;
            if (count < at)
                return await work();
            if (count == at && isDone)
                await work();
            throw new CrashException();
        }
    }
}
