using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Cloud.Clients;

/// <summary>Listener → HTTP → published handler → Azurite: the way a message takes on Azure, on one machine.</summary>
public sealed partial class FunctionsTests : ClientTests
{
    const int Senders = 3;
    static readonly TimeSpan KillEvery = TimeSpan.FromSeconds(2.5);
    static readonly TimeSpan KillFor = TimeSpan.FromSeconds(25);
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    readonly ConcurrentDictionary<int, int> accepted = [];
    readonly ConcurrentDictionary<int, int> tried = [];
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
        var (exitCode, output) = await CloudProcess.FailAsync(Data, Arguments);
        Assert.Equal(1, exitCode);
        Assert.Contains(Data, output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Nothing_that_was_accepted_is_lost_or_doubled_while_the_handler_is_killed_again_and_again()
    {
        Require();
        using var stop = new CancellationTokenSource(KillFor);
        var senders = Enumerable.Range(0, Senders).Select(_ => SendAsync(stop.Token)).ToList();
        var appender = AppendAsync(stop.Token);
        var kills = await KillAsync(stop.Token);
        await Task.WhenAll([.. senders, appender]);
        Assert.True(kills > 3, $"only {kills} kills");
        Assert.True(accepted.Count > kills, $"only {accepted.Count} letters were taken: that proves nothing");

        var found = await AllAsync();
        foreach (var letter in found)
            Assert.Equal(Letter.Numbered(Number(letter)).Sha256, letter.Sha256);
        Assert.Empty(accepted.Keys.Except(found.Select(Number)));
        foreach (var copies in found.GroupBy(Number))
            Assert.InRange(copies.Count(), 1, tried[copies.Key]);
    }

    static int Number(Letter letter) => int.Parse(letter.Name, CultureInfo.InvariantCulture);

    /// <summary>Reads until everything accepted is there: what waits on the queue is filed within seconds.</summary>
    async Task<IReadOnlyList<Letter>> AllAsync()
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                var found = (await ImapAsync()).Values.Select(Letter.In).ToList();
                if (waited.Elapsed > Patience || !accepted.Keys.Except(found.Select(Number)).Any())
                    return found;
            }
            catch (InvalidOperationException) when (waited.Elapsed < Patience)
            {
                // The handler is still being started.
            }
            await Task.Delay(500);
        }
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
                    tried[number] = 1;
                    await sender.SendAsync(Letter.Numbered(number));
                    accepted[number] = 1;
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
            tried[number] = 1;
            try
            {
                await AppendAsync(Letter.Numbered(number));
                accepted[number] = 1;
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
        string[] alice = [CloudProcess.Alice, CloudProcess.AlicePassword];
        return Tool.PythonAsync(Home, "imap_run.py", [$"{Cloud["imap"]}", .. alice, "APPEND", file]);
    }

    /// <returns>How often the handler was killed.</returns>
    async Task<int> KillAsync(CancellationToken stop)
    {
        var killed = new HashSet<int>();
        while (!stop.IsCancellationRequested)
        {
            await Task.Delay(KillEvery, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (Handler().Matches(Cloud.Output) is not [.., var last])
                continue;
            var id = int.Parse(last.Groups["id"].Value, CultureInfo.InvariantCulture);
            if (!killed.Add(id))
                continue; // The next one is not up yet.
            using var handler = Process.GetProcessById(id);
            handler.Kill();
        }
        return killed.Count;
    }

    [GeneratedRegex(@"The handler answers at \S+ \(process (?<id>\d+)\)", RegexOptions.ExplicitCapture)]
    private static partial Regex Handler();
}
