using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Cloud.Clients;

/// <summary>Listener → HTTP → published handler → Azurite: the way a message takes on Azure, on one machine.</summary>
public sealed class FunctionsTests : ClientTests
{
    const int Senders = 3;
    static readonly TimeSpan KillEvery = TimeSpan.FromSeconds(2.5);
    static readonly TimeSpan KillFor = TimeSpan.FromSeconds(25);
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    static readonly string[] Alice = [MailServer.Alice, MailServer.AlicePassword];
    static readonly string[] Bob = [MailServer.Bob, MailServer.BobPassword];

    readonly ConcurrentBag<int> forAlice = [];
    readonly ConcurrentBag<int> forBob = [];
    int next;

    protected override string[] Arguments => ["--gateway", "functions", "--store", "azurite"];

    public override async Task InitializeAsync()
    {
        if (FunctionsFolder.IsPublished && Tool.IsInstalled("npm"))
            await base.InitializeAsync();
    }

    static void Require()
    {
        Tool.Require("python3", "npm");
        Skip.IfNot(FunctionsFolder.IsPublished, $"{FunctionsFolder.Path} is empty (tests/clients publishes it)");
    }

    [SkippableFact]
    public async Task Ugly_letters_go_in_by_smtp_and_come_out_by_imap_and_pop3_octet_for_octet()
    {
        Require();
        await SendAsync(Letter.Ugly);
        Letter.AssertSame(Letter.Ugly, (await ImapAsync()).Values.Select(Letter.In));
        Letter.AssertSame(Letter.Ugly, (await Pop3Async()).Values.Select(Letter.In));
        await AppendAsync(Letter.NoFinalNewline);
        Letter.AssertSame([.. Letter.Ugly, Letter.NoFinalNewline], (await ImapAsync()).Values.Select(Letter.In));
    }

    [SkippableFact]
    public async Task A_large_attachment_comes_back_octet_for_octet()
    {
        Require();
        var large = Letter.Large();
        await SendAsync(large);
        Letter.AssertSame([large], (await ImapAsync()).Values.Select(Letter.In));
    }

    [SkippableFact]
    public async Task Mail_is_there_after_a_stop_and_after_a_kill_of_the_whole()
    {
        Require();
        await SendAsync(Letter.Plain("1"));
        Assert.Equal(0, await Cloud.StopAsync());
        await StartAsync();
        await SendAsync(Letter.Plain("2"));
        await Cloud.CrashAsync();
        await StartAsync();
        Letter.AssertSame([Letter.Plain("1"), Letter.Plain("2")], (await ImapAsync()).Values.Select(Letter.In));
    }

    [SkippableFact]
    public async Task A_second_server_on_the_same_data_refuses_to_start()
    {
        Require();
        var (exitCode, output) = await MailServer.FailAsync(Data, Arguments);
        Assert.Equal(1, exitCode);
        Assert.Contains(Data, output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Nothing_that_was_accepted_is_lost_or_shown_twice_while_the_handler_is_killed_again_and_again()
    {
        Require();
        using var stop = new CancellationTokenSource(KillFor);
        var senders = Enumerable.Range(0, Senders).Select(_ => SendAsync(stop.Token)).ToList();
        var appender = AppendAsync(stop.Token);
        var archiver = RunAsync("imap_archive.py", "imap", Alice, $"{KillFor.TotalSeconds}");
        var drain = RunAsync("pop3_drain.py", "pop3", Bob, $"{KillFor.TotalSeconds}", At("drained"));
        var kills = await KillAsync(stop.Token);
        await Task.WhenAll([.. senders, appender, archiver, drain]);
        Assert.True(kills > 3, $"only {kills} kills");
        Assert.True(forAlice.Count > kills, $"only {forAlice.Count} letters were taken: that proves nothing");
        Assert.True(forBob.Count > kills, $"only {forBob.Count} letters were taken: that proves nothing");

        await CheckArchivedAsync(await archiver);
        await CheckDrainedAsync();
    }

    /// <summary>Each of alice's is in INBOX or Archive, and what the server said of it holds.</summary>
    async Task CheckArchivedAsync(string said)
    {
        ILookup<string, int> told = said.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' '))
            .ToLookup(words => words[0], words => int.Parse(words[1], CultureInfo.InvariantCulture));
        Assert.True(told["EXPUNGED"].Any() && told["FLAGGED"].Any(), $"that proves nothing: {said}");
        var archive = Numbers((await ImapAsync("Archive")).Values);
        var inbox = await UntilAsync(
            async () => (await ImapAsync()).ToDictionary(pair => pair.Key, pair => Number(pair.Value)),
            found => forAlice.Except(archive).Except(found.Values).Any()
        );
        Assert.Empty(forAlice.Except(archive).Except(inbox.Values));
        Assert.Equal(inbox.Count, inbox.Values.Distinct().Count());
        Letter.AssertSame(inbox.Values.Select(Letter.Numbered), (await Pop3Async()).Values.Select(Letter.In));

        Assert.Empty(told["COPIED"].Except(archive));
        foreach (var copies in archive.GroupBy(number => number))
            Assert.InRange(copies.Count(), 1, told["TRIED"].Count(number => number == copies.Key));
        Assert.Empty(told["EXPUNGED"].Intersect(inbox.Values));
        var flagged = (await RunAsync("imap_run.py", "imap", Alice, "SEARCH", "FLAGGED"))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(uid => inbox[uint.Parse(uid, CultureInfo.InvariantCulture)]);
        Assert.Empty(told["FLAGGED"].Except(flagged));
    }

    /// <summary>Each of bob's was read, those that are still coming included, and what he left is still there.</summary>
    async Task CheckDrainedAsync()
    {
        var drained = Numbers(Directory.EnumerateFiles(At("drained")).Select(File.ReadAllBytes));
        Assert.Equal(drained.Count, drained.Distinct().Count());
        var here = await UntilAsync(
            async () => Numbers((await Pop3Async(Bob[0], Bob[1])).Values),
            found => forBob.Except(drained).Except(found).Any()
        );
        Assert.Empty(forBob.Except(drained).Except(here));
        Assert.Equal(here.Count, here.Distinct().Count());
        Assert.Empty(drained.Where(number => number % 4 == 0).Except(here));
        Assert.DoesNotContain(here.Intersect(drained), number => number % 4 != 0);
    }

    /// <summary>Reads again until it is as it should be: what waits on the queue is filed within seconds.</summary>
    static async Task<T> UntilAsync<T>(Func<Task<T>> read, Func<T, bool> lacks)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                var found = await read();
                if (waited.Elapsed > Patience || !lacks(found))
                    return found;
            }
            catch (InvalidOperationException) when (waited.Elapsed < Patience)
            {
                // The handler is still being started.
            }
            await Task.Delay(500);
        }
    }

    static List<int> Numbers(IEnumerable<byte[]> messages) => [.. messages.Select(Number)];

    /// <summary>Which letter it is, octet for octet.</summary>
    static int Number(byte[] message)
    {
        var letter = Letter.In(message);
        var number = int.Parse(letter.Name, CultureInfo.InvariantCulture);
        Assert.Equal(Letter.Numbered(number).Sha256, letter.Sha256);
        return number;
    }

    /// <summary>Sends letter after letter, each once; what gets no 250 is not sent again.</summary>
    async Task SendAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                using var sender = new SmtpSender();
                await sender.ConnectAsync(Cloud["smtp"]);
                while (!stop.IsCancellationRequested)
                {
                    var number = Interlocked.Increment(ref next);
                    var (to, accepted) = number / 2 % 2 == 0 ? (Alice, forAlice) : (Bob, forBob);
                    await sender.SendAsync(Letter.Numbered(number), to[0]);
                    accepted.Add(number);
                }
            }
            catch (Exception e) when (e is IOException or InvalidOperationException or TimeoutException)
            {
                await Task.Delay(50, CancellationToken.None); // 451, or 421 and the end: the next one is another letter.
            }
        }
    }

    async Task AppendAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var number = Interlocked.Increment(ref next);
            try
            {
                await AppendAsync(Letter.Numbered(number));
                forAlice.Add(number);
            }
            catch (InvalidOperationException)
            {
                // NO, or BYE: not accepted.
            }
        }
    }

    Task AppendAsync(Letter letter)
    {
        var file = At($"append-{letter.Name}");
        File.WriteAllBytes(file, letter.Bytes);
        return RunAsync("imap_run.py", "imap", Alice, "APPEND", file);
    }

    Task<string> RunAsync(string script, string port, string[] user, params string[] arguments) =>
        Tool.PythonAsync(Home, script, [$"{Cloud[port]}", .. user, .. arguments]);

    /// <returns>How often the handler was killed.</returns>
    async Task<int> KillAsync(CancellationToken stop)
    {
        var killed = new HashSet<int>();
        while (!stop.IsCancellationRequested)
        {
            await Task.Delay(KillEvery, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (HandlerProcess.Find(Cloud) is { } id && killed.Add(id)) // else the next one is not up yet
                HandlerProcess.Kill(id);
        }
        return killed.Count;
    }
}
