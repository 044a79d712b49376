using System.Diagnostics;
using Cloud.Bench.Load;
using Cloud.Bench.Servers;

namespace Cloud.Bench.Scenarios;

/// <summary>How fast messages get from the wire to the mailbox, and what they cost.</summary>
static class Receive
{
    public static async Task RunAsync(Options options)
    {
        var (size, messages) = (options.Number("size", 4096), options.Number("messages", 5000));
        var (connections, users) = (options.Number("connections", 10), options.Number("users", 10));
        var servers = new List<IMailServer> { await CloudServer.StartAsync(users) };
        if (options.Text("peer") == "postfix")
            servers.Add(await PostfixDovecot.StartAsync(users));

        Console.WriteLine($"{messages} messages of {size} octets, {connections} connections, {users} mailboxes");
        var figures = servers.ToDictionary(
            server => server,
            _ => new List<(double Accepted, double Delivered, double Cpu)>()
        );
        var sent = servers.ToDictionary(server => server, _ => 0);
        for (var round = -1; round < options.Number("rounds", 5); round++)
        {
            foreach (var server in servers)
            {
                var figure = await OneAsync(
                    server,
                    new SmtpLoad(server.Smtp, connections, users, size),
                    messages,
                    sent
                );
                if (round >= 0) // The first round warms up.
                    figures[server].Add(figure);
            }
        }

        Console.WriteLine("| server | accepted/s | delivered/s | CPU s per 1,000 |");
        Console.WriteLine("|---|---|---|---|");
        foreach (var (server, rows) in figures)
        {
            var accepted = Statistics.Spread([.. rows.Select(r => r.Accepted)], "0");
            var delivered = Statistics.Spread([.. rows.Select(r => r.Delivered)], "0");
            Console.WriteLine(
                $"| {server.Name} | {accepted} | {delivered} | {Statistics.Spread([.. rows.Select(r => r.Cpu)], "0.000")} |"
            );
        }
        if (servers.Count == 2)
        {
            var ratios = figures[servers[0]].Zip(figures[servers[1]], (a, b) => a.Delivered / b.Delivered).ToList();
            Console.WriteLine($"delivered, ratio round by round: {Statistics.Spread(ratios, "0.0")}");
        }
        foreach (var server in servers)
            await server.DisposeAsync();
    }

    static async Task<(double Accepted, double Delivered, double Cpu)> OneAsync(
        IMailServer server,
        SmtpLoad load,
        int messages,
        Dictionary<IMailServer, int> sent
    )
    {
        var cpu = server.CpuSeconds;
        var clock = Stopwatch.StartNew();
        await load.SendAsync(messages);
        var accepted = clock.Elapsed.TotalSeconds;
        sent[server] += messages;
        await server.DeliveredAsync(sent[server]);
        var delivered = clock.Elapsed.TotalSeconds;
        return (messages / accepted, messages / delivered, (server.CpuSeconds - cpu) / messages * 1000);
    }
}
