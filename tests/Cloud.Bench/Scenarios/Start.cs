using System.Diagnostics;
using Cloud.Bench.Servers;

namespace Cloud.Bench.Scenarios;

/// <summary>From the start of the process to its `ready` line, on a new data directory.</summary>
static class Start
{
    public static async Task RunAsync(Options options)
    {
        var times = new List<double>();
        for (var round = 0; round < options.Number("rounds", 9); round++)
        {
            var clock = Stopwatch.StartNew();
            await using var server = await CloudServer.StartAsync(users: 2);
            times.Add(clock.Elapsed.TotalMilliseconds);
        }
        Console.WriteLine($"start to ready: {Statistics.Spread(times, "0")} ms");
    }
}
