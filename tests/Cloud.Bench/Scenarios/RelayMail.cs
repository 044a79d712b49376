using System.Diagnostics;
using Cloud.Bench.Load;
using Cloud.Bench.Servers;
using Cloud.Clients;

namespace Cloud.Bench.Scenarios;

/// <summary>How fast messages that users submit are at the next host, and what that costs.</summary>
static class RelayMail
{
    static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);

    /// <summary>For all messages of a round; beyond it something is lost.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    static readonly TimeSpan Sample = TimeSpan.FromMilliseconds(500);

    public static async Task RunAsync(Options options)
    {
        var (size, messages) = (options.Number("size", 4096), options.Number("messages", 10_000));
        var connections = options.Number("connections", 10);
        await using var sink = await SmtpSink.StartAsync();
        var servers = new List<IRelayServer> { await CloudAsync(sink, null) };
        foreach (var program in options.Text("beside")?.Split(',') ?? [])
            servers.Add(await CloudAsync(sink, program));
        if (options.Text("peer") == "postfix")
            servers.Add(await PostfixRelay.StartAsync(sink.Address, options.Text("signed") == "yes"));

        Console.WriteLine($"{messages} messages of {size} octets, {connections} connections");
        var figures = servers.ToDictionary(server => server, _ => new List<Figure>());
        for (var round = -1; round < options.Number("rounds", 3); round++)
        {
            foreach (var server in servers)
            {
                var load = new SubmissionLoad(server.Submissions, server.Login, connections, size);
                var figure = await OneAsync(server, load, round < 0 ? options.Number("warm-up", 3000) : messages, sink);
                if (round >= 0)
                    figures[server].Add(figure);
            }
        }
        Print(servers, figures);
        foreach (var server in servers)
            await server.DisposeAsync();
    }

    /// <param name="Accepted">Messages a second that were answered 250.</param>
    /// <param name="Sent">Messages a second until the sink had the last.</param>
    /// <param name="Cpu">Seconds for 1,000 messages, of all processes.</param>
    /// <param name="Memory">The most that was seen, MB.</param>
    readonly record struct Figure(double Accepted, double Sent, double Cpu, double Memory);

    static Task<CloudServer> CloudAsync(SmtpSink sink, string? program) =>
        CloudServer.StartAsync(1, program, arguments: ["--smarthost", $"{sink.Address},none", .. Unlimited.Sending]);

    static async Task<Figure> OneAsync(IRelayServer server, SubmissionLoad load, int messages, SmtpSink sink)
    {
        using var stop = new CancellationTokenSource();
        var memory = MemoryAsync(server.Processes, stop.Token);
        var (cpu, before) = (server.Processes.Sum(ProcessFigures.CpuSeconds), sink.Messages);
        var clock = Stopwatch.StartNew();
        await load.SendAsync(messages);
        var accepted = clock.Elapsed.TotalSeconds;
        for (; sink.Messages < before + messages; await Task.Delay(Look))
        {
            if (clock.Elapsed > Patience)
                throw new InvalidOperationException($"{sink.Messages - before} of {messages} reached the next host");
        }
        var sent = clock.Elapsed.TotalSeconds;
        await Task.Delay(Sample); // what is left to do when the last is sent
        cpu = server.Processes.Sum(ProcessFigures.CpuSeconds) - cpu;
        await stop.CancelAsync();
        return new(messages / accepted, messages / sent, cpu / messages * 1000, await memory / 1e6);
    }

    static async Task<long> MemoryAsync(IReadOnlyList<int> processes, CancellationToken stop)
    {
        var most = 0L;
        while (!stop.IsCancellationRequested)
        {
            most = Math.Max(most, processes.Sum(ProcessFigures.FamilyBytes));
            await Task.Delay(Sample, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        return most;
    }

    static void Print(List<IRelayServer> servers, Dictionary<IRelayServer, List<Figure>> figures)
    {
        Console.WriteLine("| server | accepted/s | sent/s | CPU s per 1,000 | memory, MB |");
        Console.WriteLine("|---|---|---|---|---|");
        foreach (var server in servers)
        {
            string Spread(Func<Figure, double> of, string format) =>
                Statistics.Spread([.. figures[server].Select(of)], format);
            Console.WriteLine(
                $"| {server.Name} | {Spread(f => f.Accepted, "0")} | {Spread(f => f.Sent, "0")} "
                    + $"| {Spread(f => f.Cpu, "0.00")} | {Spread(f => f.Memory, "0")} |"
            );
        }
        foreach (var other in servers.Skip(1))
        {
            var pairs = figures[servers[0]].Zip(figures[other]).ToList();
            var sent = Statistics.Spread([.. pairs.Select(pair => pair.First.Sent / pair.Second.Sent)], "0.0");
            var cpu = Statistics.Spread([.. pairs.Select(pair => pair.First.Cpu / pair.Second.Cpu)], "0.00");
            Console.WriteLine($"round by round beside {other.Name}: {sent} times the rate for {cpu} of its CPU");
        }
    }
}
