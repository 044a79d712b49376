using System.Diagnostics;
using System.Globalization;
using Cloud.Bench.Load;
using Cloud.Bench.Servers;

namespace Cloud.Bench.Scenarios;

/// <summary>What IMAP commands cost on a large mailbox: time at the client and CPU of the server, a command or message.</summary>
static class ImapCommands
{
    /// <param name="Unit">What a figure is of.</param>
    /// <param name="Repeat">Times in one round.</param>
    /// <param name="Units">Units in one time.</param>
    /// <param name="IsFresh">Each time in a session of its own: its login counts for the CPU alone.</param>
    sealed record Measured(
        string Name,
        string Unit,
        int Repeat,
        int Units,
        Func<IImapServer, ImapTalk, Random, Task<long>> Run,
        bool IsFresh = false
    );

    /// <summary>Messages that each of the sessions appends, in one round.</summary>
    const int Appended = 100;

    static readonly Dictionary<IImapServer, ImapTalk[]> filing = [];

    public static async Task RunAsync(Options options)
    {
        var messages = options.Number("messages", 10_000);
        var rounds = options.Number("rounds", 3);
        var servers = new List<IImapServer> { await CloudServer.StartAsync(users: 1) };
        var peers = options.Text("peer")?.Split(',') ?? [];
        if (peers.Contains("dovecot"))
            servers.Add(await DovecotImap.StartAsync());
        if (peers.Contains("cyrus"))
            servers.Add(await CyrusImap.StartAsync());
        var only = options.Text("only");
        Measured[] tasks =
        [
            .. All(messages)
                .Where(task => only is null || task.Name.Contains(only, StringComparison.OrdinalIgnoreCase)),
        ];
        try
        {
            var figures = await MeasureAllAsync(servers, tasks, messages, rounds);
            Print(messages, servers, tasks, figures);
        }
        finally
        {
            foreach (var talk in filing.Values.SelectMany(sessions => sessions))
                talk.Dispose();
            foreach (var server in servers)
                await server.DisposeAsync();
        }
    }

    static async Task<Dictionary<(Measured, IImapServer), List<(double Time, double Cpu)>>> MeasureAllAsync(
        List<IImapServer> servers,
        Measured[] tasks,
        int messages,
        int rounds
    )
    {
        var figures = new Dictionary<(Measured, IImapServer), List<(double Time, double Cpu)>>();
        foreach (var server in servers)
            await FillAsync(server, messages);
        for (var round = -1; round < rounds; round++) // the first warms up
        {
            foreach (var server in servers)
            {
                using var talk = await SelectedAsync(server);
                foreach (var task in tasks)
                {
                    var figure = await MeasureAsync(server, talk, task);
                    if (!figures.TryGetValue((task, server), out var all))
                        figures.Add((task, server), all = []);
                    if (round >= 0)
                        all.Add(figure);
                }
            }
        }
        return figures;
    }

    static Measured[] All(int messages) =>
        [
            new(
                "LOGIN, LOGOUT",
                "ms a session",
                300,
                1,
                async (server, _, _) =>
                {
                    using var talk = await ImapTalk.OpenAsync(server.Imap);
                    await talk.AskAsync($"LOGIN {server.ImapLogin}");
                    return await talk.AskAsync("LOGOUT");
                }
            ),
            new("SELECT", "ms a command", 100, 1, (_, talk, _) => talk.AskAsync("SELECT INBOX"), IsFresh: true),
            new(
                "FETCH 1:* (UID FLAGS)",
                "µs a message",
                40,
                messages,
                (_, talk, _) => talk.AskAsync("FETCH 1:* (UID FLAGS)")
            ),
            new(
                "FETCH 1:* ENVELOPE",
                "µs a message",
                20,
                messages,
                (_, talk, _) => talk.AskAsync("FETCH 1:* ENVELOPE")
            ),
            new(
                "UID FETCH n BODY[]",
                "µs a command",
                3000,
                1,
                (_, talk, random) => talk.AskAsync($"UID FETCH {random.Next(1, messages + 1)} BODY.PEEK[]")
            ),
            new(
                "STORE n +FLAGS",
                "µs a command",
                1000,
                1,
                (_, talk, random) =>
                    talk.AskAsync(
                        $"STORE {random.Next(1, messages + 1)} {(random.Next(2) == 0 ? "+" : "-")}FLAGS (\\Flagged)"
                    )
            ),
            new(
                "SEARCH SUBJECT",
                "ms a command",
                40,
                1,
                (_, talk, random) => talk.AskAsync($"SEARCH SUBJECT \"number {random.Next(10, 100)}7\"")
            ),
            new(
                "SEARCH UNSEEN FLAGGED",
                "ms a command",
                200,
                1,
                (_, talk, _) => talk.AskAsync("SEARCH UNSEEN FLAGGED")
            ),
            new(
                "SORT (REVERSE DATE)",
                "ms a command",
                20,
                1,
                (_, talk, _) => talk.AskAsync("SORT (REVERSE DATE) UTF-8 ALL")
            ),
            new(
                "THREAD REFERENCES",
                "ms a command",
                10,
                1,
                (_, talk, _) => talk.AskAsync("THREAD REFERENCES UTF-8 ALL")
            ),
            new("NOOP", "µs a command", 20_000, 1, (_, talk, _) => talk.AskAsync("NOOP")),
            new("APPEND, 20 connections", "ms a message", 1, 20 * Appended, (server, _, _) => AppendAsync(server)),
        ];

    /// <summary>Sessions that file messages into one mailbox, each one after the other. They are opened by the first round.</summary>
    static async Task<long> AppendAsync(IImapServer server)
    {
        if (!filing.TryGetValue(server, out var sessions))
        {
            filing.Add(
                server,
                sessions = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => LoggedInAsync(server)))
            );
            await sessions[0].AskAsync("CREATE Filed");
        }
        var answers = await Task.WhenAll(
            sessions.Select(
                async (talk, session) =>
                {
                    var octets = 0L;
                    for (var i = 0; i < Appended; i++)
                        octets += await talk.AskAsync(Append("Filed", (session * Appended) + i));
                    return octets;
                }
            )
        );
        return answers.Sum();
    }

    static async Task<(double Time, double Cpu)> MeasureAsync(IImapServer server, ImapTalk talk, Measured task)
    {
        var random = new Random(5);
        var (cpu, clock) = (server.CpuSeconds, new Stopwatch());
        for (var i = 0; i < task.Repeat; i++)
        {
            using var fresh = task.IsFresh ? await LoggedInAsync(server) : null;
            clock.Start();
            await task.Run(server, fresh ?? talk, random);
            clock.Stop();
        }
        var scale = (task.Unit.StartsWith("ms", StringComparison.Ordinal) ? 1e3 : 1e6) / task.Repeat / task.Units;
        return (clock.Elapsed.TotalSeconds * scale, (server.CpuSeconds - cpu) * scale);
    }

    static async Task<ImapTalk> SelectedAsync(IImapServer server)
    {
        var talk = await LoggedInAsync(server);
        await talk.AskAsync("SELECT INBOX");
        return talk;
    }

    static async Task<ImapTalk> LoggedInAsync(IImapServer server)
    {
        var talk = await ImapTalk.OpenAsync(server.Imap);
        await talk.AskAsync($"LOGIN {server.ImapLogin}");
        return talk;
    }

    /// <summary>Messages of 4 KB, some seen, as a person's mailbox has them.</summary>
    static async Task FillAsync(IImapServer server, int messages)
    {
        using var talk = await ImapTalk.OpenAsync(server.Imap);
        await talk.AskAsync($"LOGIN {server.ImapLogin}");
        foreach (var some in Enumerable.Range(1, messages).Chunk(100))
            await talk.AskAllAsync(some.Select(number => Append("INBOX", number)));
    }

    static string Append(string mailbox, int number)
    {
        var sent = new DateTimeOffset(2026, 1, 1, 8, 0, 0, TimeSpan.Zero).AddMinutes(17L * number % 400_000);
        var header =
            $"From: \"Person {number % 300}\" <person{number % 300}@example.org>\r\nTo: Ada <ada@example.test>\r\n"
            + $"Subject: {(number % 5 == 0 ? "Re: " : "")}A message with number {number / (number % 5 == 0 ? 5 : 1)}\r\n"
            + $"Date: {sent.ToString("ddd, dd MMM yyyy HH:mm:ss", CultureInfo.InvariantCulture)} +0000\r\n"
            + $"Message-ID: <{number}@example.org>\r\n"
            + (number % 5 == 0 ? $"In-Reply-To: <{number / 5}@example.org>\r\n" : "")
            + "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n";
        var line = "Some words of the sort that letters are made of, seventy-odd to a line.\r\n";
        var body = string.Concat(Enumerable.Repeat(line, (4096 - header.Length) / line.Length));
        var flags = number % 3 == 0 ? "(\\Seen) " : "";
        return $"APPEND {mailbox} {flags}{{{header.Length + body.Length}+}}\r\n{header}{body}";
    }

    static void Print(
        int messages,
        List<IImapServer> servers,
        Measured[] tasks,
        Dictionary<(Measured, IImapServer), List<(double Time, double Cpu)>> figures
    )
    {
        Console.WriteLine($"A mailbox of {messages} messages of 4 KB: time at the client; CPU of the server");
        Console.WriteLine($"| command | in | {string.Join(" | ", servers.Select(server => server.Name))} |");
        Console.WriteLine($"|---|---|{string.Concat(servers.Select(_ => "---|"))}");
        foreach (var task in tasks)
        {
            var cells = servers.Select(server =>
                $"{Statistics.Spread([.. figures[(task, server)].Select(figure => figure.Time)], "0.00")}; "
                + $"{Statistics.Median(figures[(task, server)].Select(figure => figure.Cpu)):0.00}"
            );
            Console.WriteLine($"| {task.Name} | {task.Unit} | {string.Join(" | ", cells)} |");
        }
    }
}
