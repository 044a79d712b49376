using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Xunit.Abstractions;

namespace Cloud.Clients.Peers;

/// <summary>kill -9 at any moment while mail goes out: what got 250 arrives, and twice only where that is counted.</summary>
/// <remarks>CLOUD_TEST_SENDS says how many letters are submitted; 10,000 take some minutes.</remarks>
public sealed class SendingCrashTests(ITestOutputHelper output) : SendingTests
{
    const int Senders = 8;

    /// <summary>As many letters as tell a share.</summary>
    const int Many = 10_000;

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    static readonly int Sends = int.Parse(
        Environment.GetEnvironmentVariable("CLOUD_TEST_SENDS") ?? "3000",
        CultureInfo.InvariantCulture
    );

    readonly ConcurrentDictionary<int, byte> accepted = [];
    int next;

    protected override string[] Arguments => [.. Outwards, "--log-level", "warning", .. Unlimited.Sending];

    [SkippableFact]
    public async Task Whatever_was_accepted_arrives_and_twice_only_where_that_is_counted()
    {
        PeerWorld.Require();
        var (kills, clock) = (0, Stopwatch.StartNew());
        while (next < Sends)
        {
            if (kills > 0)
                await StartAsync();
            var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var senders = Enumerable.Range(0, Senders).Select(_ => SubmitAsync(Cloud["submissions"], first)).ToList();
            await first.Task.WaitAsync(Patience);
            await Task.Delay(Random.Shared.Next(1000, 9000));
            await Cloud.CrashAsync();
            await Task.WhenAll(senders);
            kills++;
        }
        await StartAsync();
        await UntilEmptyAsync();

        var came = Sink
            .Came.GroupBy(one => one.Letter)
            .ToDictionary(group => int.Parse(group.Key), group => group.ToList());
        Assert.Empty(accepted.Keys.Except(came.Keys));
        var twice = came.Values.Where(copies => copies.Count > 1).ToList();
        var repeats = twice.Sum(copies => copies.Count - 1);
        output.WriteLine(
            $"{Sends} submitted, {accepted.Count} accepted, {kills} kills, {came.Count} arrived, {repeats} repeats, "
                + $"{clock.Elapsed.TotalSeconds:0} s"
        );
        foreach (var copies in twice)
            await CheckCountedAsync(copies);
        Assert.True(accepted.Count > Sends / 2, $"only {accepted.Count} were taken: that proves nothing");
        // A kill meets what was answered and is not recorded yet: two or three. Of many letters that is under 0.1 %.
        Assert.InRange(repeats, 0, Sends < Many ? 3 * kills : (Sends - 1) / 1000);
    }

    /// <summary>One submission may arrive again as often as the server says that it may have.</summary>
    async Task CheckCountedAsync(List<(string Letter, string Id)> copies)
    {
        var id = Assert.Single(copies.Select(copy => copy.Id).Distinct());
        var to = (await QueueAsync("show", id)).GetProperty("recipients")[0];
        Assert.InRange(copies.Count, 2, 1 + to.GetProperty("possibleRepeats").GetInt32());
    }

    /// <summary>Submits until the server is gone, each letter once.</summary>
    async Task SubmitAsync(int port, TaskCompletionSource first)
    {
        try
        {
            using var sender = new SmtpSender();
            await sender.SubmitAsBobAsync(port);
            while (true)
            {
                var number = Interlocked.Increment(ref next);
                if (number > Sends)
                    break;
                await sender.SendAsync(LetterOf($"{number}"), $"ada@{Peer.Domain}");
                accepted[number] = 1;
                first.TrySetResult();
            }
            first.TrySetResult();
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
        {
            first.TrySetResult();
        }
    }

    async Task UntilEmptyAsync()
    {
        var waited = Stopwatch.StartNew();
        while ((await QueueAsync("list")).GetArrayLength() > 0)
        {
            Assert.True(waited.Elapsed < Patience, $"{accepted.Count} taken, {Sink.Came.Count} came; {Cloud.Output}");
            await Task.Delay(Pause);
        }
    }

    Task<JsonElement> QueueAsync(params string[] arguments) => CloudQueue.AskAsync(Home, Data, arguments);
}
