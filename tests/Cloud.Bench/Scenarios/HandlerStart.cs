using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Cloud.Bench.Servers;

namespace Cloud.Bench.Scenarios;

/// <summary>The published Functions handler: from exec to its first answer, and what it has used by then.</summary>
static class HandlerStart
{
    /// <summary>What the host allows a handler to start in.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task RunAsync(Options options)
    {
        var folders = (options.Text("functions") ?? "artifacts/functions").Split(',');
        var times = folders.ToDictionary(folder => folder, _ => new List<double>());
        var processor = folders.ToDictionary(folder => folder, _ => new List<double>());
        var memory = folders.ToDictionary(folder => folder, _ => new List<double>());
        for (var round = 0; round < options.Number("rounds", 9); round++)
        {
            foreach (var folder in folders)
            {
                var (milliseconds, ofProcessor, megabytes) = await StartAsync(Path.Combine(folder, "handler"));
                times[folder].Add(milliseconds);
                processor[folder].Add(ofProcessor);
                memory[folder].Add(megabytes);
            }
        }
        foreach (var folder in folders)
        {
            var answered = Statistics.Spread(times[folder], "0");
            var computed = Statistics.Spread(processor[folder], "0");
            var size = new FileInfo(Path.Combine(folder, "handler")).Length / 1e6;
            Console.WriteLine(
                $"{folder}: first answer {answered} ms, processor {computed} ms, resident {Statistics.Spread(memory[folder], "0")} MB, file {size:0} MB"
            );
        }
    }

    static async Task<(double Milliseconds, double OfProcessor, double Megabytes)> StartAsync(string executable)
    {
        var port = Programs.FreePort();
        var start = new ProcessStartInfo(executable)
        {
            RedirectStandardOutput = true,
            Environment =
            {
                ["FUNCTIONS_CUSTOMHANDLER_PORT"] = $"{port}",
                ["MailStorage"] = "UseDevelopmentStorage=true",
                ["CLOUD_GATEWAY_KEY"] = new string('k', 32),
            },
        };
        using var http = new HttpClient();
        var clock = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        try
        {
            while (true)
            {
                try
                {
                    using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{port}/"));
                    answer.EnsureSuccessStatusCode();
                    break;
                }
                catch (HttpRequestException e)
                    when (e.InnerException is SocketException && !process.HasExited && clock.Elapsed < Patience)
                {
                    await Task.Delay(2);
                }
            }
            var taken = clock.Elapsed.TotalMilliseconds;
            return (taken, process.TotalProcessorTime.TotalMilliseconds, ResidentMegabytes(process.Id));
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }

    /// <summary>VmRSS: pages of files, too, since an instance's memory holds both.</summary>
    static double ResidentMegabytes(int pid) =>
        File.ReadLines($"/proc/{pid}/status")
            .Where(line => line.StartsWith("VmRSS:", StringComparison.Ordinal))
            .Select(line => double.Parse(line[6..^2].Trim(), CultureInfo.InvariantCulture) / 1024)
            .Single();
}
