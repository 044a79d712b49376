using Cloud.Cli.FunctionsHost;
using Cloud.Flow.Outbound.Reports;
using Cloud.Listener.Hosting;
using Cloud.Tests.Fakes;
using Cloud.Tests.Repository;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cloud.Tests.Functions;

/// <summary>What has its times in function.json has the same ones where there is no Functions app.</summary>
public sealed class TimerTests
{
    [Fact]
    public async Task A_process_without_the_app_does_the_same_at_the_same_times()
    {
        await using var test = await TestBackend.OpenAsync();
        await using var reports = test.Backend.Sending.OpenReports(new ReportOptions(), new(), NullLogger.Instance);
        var files = FunctionJson
            .ReadAll(Path.Combine(Source.Root, "functions"), new Dictionary<string, string>())
            .OfType<TimerDefinition>()
            .ToDictionary(file => file.Name);
        var timers = StoreWork.Timers(test.Backend, reports, NullLogger.Instance);
        Assert.Equal(["Schedule", "Reports"], timers.Select(timer => timer.Name));
        foreach (var timer in timers)
        {
            var time = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
            for (var i = 0; i < 20; i++)
            {
                Assert.Equal(files[timer.Name].Schedule.Next(time), timer.Next(time));
                time = timer.Next(time);
            }
        }
    }

    [Fact]
    public async Task Work_that_fails_by_the_stores_fault_is_done_again_at_its_next_time()
    {
        var clock = new ManualClock();
        using var stop = new CancellationTokenSource();
        var (runs, ran) = (0, new TaskCompletionSource());
        var work = new TimedWork(
            "Test",
            TimeSpan.FromHours(1),
            TimeSpan.FromMinutes(43),
            _ =>
            {
                if (++runs == 1)
                    throw new Cloud.Store.Ports.StoreException("down");
                if (runs == 2)
                    throw new FormatException("a fault of ours");
                ran.SetResult();
                return ValueTask.CompletedTask;
            }
        );
        var waits = clock.TimerAsync(TimeSpan.FromHours(1));
        var running = work.RunAsync(NullLogger.Instance, clock, stop.Token);
        clock.Advance(new TimeSpan(0, 38, 55)); // 03:43
        await waits;
        waits = clock.TimerAsync(TimeSpan.FromHours(1));
        clock.Advance(TimeSpan.FromHours(1));
        await waits;
        clock.Advance(TimeSpan.FromHours(1));
        await ran.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await stop.CancelAsync();
        await running;
        Assert.Equal(3, runs);
    }
}
