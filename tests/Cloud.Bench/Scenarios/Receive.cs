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
        using var signed = options.Text("judged") is null ? null : new SignedMail();
        using var zone = signed is null ? null : new ZoneServer(signed.Zone);
        if (zone is not null)
            servers.Add(await CloudServer.StartAsync(users, judges: zone.Address));
        if (options.Text("peer") == "postfix")
            servers.Add(await PostfixDovecot.StartAsync(users));
        foreach (var program in options.Text("beside")?.Split(',') ?? [])
            servers.Add(await CloudServer.StartAsync(users, program, zone?.Address));

        Console.WriteLine($"{messages} messages of {size} octets, {connections} connections, {users} mailboxes");
        var figures = servers.ToDictionary(server => server, _ => new List<Figure>());
        var sent = servers.ToDictionary(server => server, _ => 0);
        for (var round = -1; round < options.Number("rounds", 5); round++)
        {
            foreach (var server in servers)
            {
                var count = round < 0 ? options.Number("warm-up", messages) : messages;
                var load = new SmtpLoad(server.Smtp, connections, users, size, signed);
                var figure = await OneAsync(server, load, count, sent);
                if (round >= 0)
                    figures[server].Add(figure);
            }
        }
        Print(servers, figures);
        foreach (var server in servers)
            await server.DisposeAsync();
    }

    /// <param name="Accepted">Messages a second that were answered 250.</param>
    /// <param name="Delivered">Messages a second until the last one was in its mailbox.</param>
    /// <param name="Cpu">Seconds for 1,000 messages.</param>
    readonly record struct Figure(double Accepted, double Delivered, double Cpu);

    static void Print(List<IMailServer> servers, Dictionary<IMailServer, List<Figure>> figures)
    {
        Console.WriteLine("| server | accepted/s | delivered/s | CPU s per 1,000 |");
        Console.WriteLine("|---|---|---|---|");
        foreach (var server in servers)
        {
            var accepted = Statistics.Spread([.. figures[server].Select(r => r.Accepted)], "0");
            var delivered = Statistics.Spread([.. figures[server].Select(r => r.Delivered)], "0");
            var cpu = Statistics.Spread([.. figures[server].Select(r => r.Cpu)], "0.000");
            Console.WriteLine($"| {server.Name} | {accepted} | {delivered} | {cpu} |");
        }
        foreach (var other in servers.Skip(1))
        {
            var pairs = figures[servers[0]].Zip(figures[other]).ToList();
            var delivered = Statistics.Spread([.. pairs.Select(p => p.First.Delivered / p.Second.Delivered)], "0.0");
            var cpu = Statistics.Spread([.. pairs.Select(p => p.Second.Cpu / p.First.Cpu)], "0.00");
            Console.WriteLine(
                $"round by round beside {other.Name}: {delivered} times as many, it takes {cpu} of the CPU"
            );
        }
    }

    static async Task<Figure> OneAsync(
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
        return new(messages / accepted, messages / delivered, (server.CpuSeconds - cpu) / messages * 1000);
    }
}
