using System.Collections.Concurrent;

namespace Cloud.Clients;

/// <summary>kill -9 at any moment: what got 250 is there, whole, under its own UID for ever.</summary>
public class CrashTests : ClientTests
{
    const int Rounds = 6;
    const int Senders = 4;

    readonly ConcurrentDictionary<int, int> accepted = [];
    readonly ConcurrentDictionary<int, int> unclear = [];
    readonly ConcurrentQueue<int> again = [];
    readonly Dictionary<uint, string> seen = [];
    readonly HashSet<uint> removed = [];
    string? uidValidity;
    int next;

    [SkippableFact]
    public async Task Nothing_that_got_250_is_lost_or_half_there_and_no_uid_comes_twice()
    {
        for (var round = 0; round < Rounds; round++)
        {
            if (round > 0)
                await StartAsync();
            await CheckAsync();
            var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var senders = Enumerable.Range(0, Senders).Select(_ => SendAsync(Cloud["smtp"], first)).ToList();
            await first.Task.WaitAsync(TimeSpan.FromSeconds(30));
            await Task.Delay(Random.Shared.Next(20, 1000));
            await Cloud.CrashAsync();
            await Task.WhenAll(senders);
        }
        await StartAsync();
        await CheckAsync();
        Assert.True(
            accepted.Count > Rounds * Senders,
            $"only {accepted.Count} letters were taken: that proves nothing"
        );
        Assert.Equal(0, await Cloud.StopAsync());
    }

    [SkippableFact]
    public async Task What_was_answered_to_a_reader_survives_too()
    {
        await SendAsync(Letter.Plain("1"), Letter.Plain("2"));
        await ImapRunAsync("STORE", "1");
        var file = Configure("letter", "");
        await File.WriteAllBytesAsync(file, Letter.NoFinalNewline.Bytes);
        await ImapRunAsync("APPEND", file);
        await ImapRunAsync("FLAG", "2");
        await Cloud.CrashAsync();

        await StartAsync();
        Letter.AssertSame([Letter.Plain("2"), Letter.NoFinalNewline], (await ImapAsync()).Values.Select(Letter.In));
        Assert.Equal("2", (await ImapRunAsync("SEARCH", "FLAGGED")).Trim());
    }

    [SkippableFact]
    public async Task A_second_server_on_the_same_data_refuses_to_start()
    {
        var (exitCode, output) = await MailServer.FailAsync(Data, Arguments);
        Assert.NotEqual(0, exitCode);
        Assert.Contains(Data, output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);

        // The first one has not noticed.
        await SendAsync(Letter.Plain("1"));
        Assert.Single(await Pop3Async());
    }

    [SkippableFact]
    public async Task A_stop_is_clean_and_mail_is_there_after_it()
    {
        await SendAsync(Letter.Plain("1"));
        Assert.Equal(0, await Cloud.StopAsync());
        await StartAsync();
        Letter.AssertSame([Letter.Plain("1")], (await Pop3Async()).Values.Select(Letter.In));
    }

    /// <summary>Sends until the server is gone; what was under way then is sent again after the next start.</summary>
    async Task SendAsync(int port, TaskCompletionSource first)
    {
        var number = 0;
        try
        {
            using var sender = new SmtpSender();
            await sender.ConnectAsync(port);
            while (true)
            {
                number = again.TryDequeue(out var earlier) ? earlier : Interlocked.Increment(ref next);
                await sender.SendAsync(Letter.Numbered(number));
                accepted[number] = 1;
                number = 0;
                first.TrySetResult();
            }
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
        {
            if (number == 0)
                return;
            unclear.AddOrUpdate(number, 1, (_, times) => times + 1);
            again.Enqueue(number);
        }
    }

    async Task CheckAsync()
    {
        var folder = At("check-" + Path.GetRandomFileName());
        string[] alice = [MailServer.Alice, MailServer.AlicePassword];
        var printed = await Tool.PythonAsync(
            Home,
            "imap_fetch.py",
            [$"{Cloud["imap"]}", .. alice, "INBOX", folder, "expunge-last"]
        );
        uidValidity ??= printed.Trim();
        Assert.Equal(uidValidity, printed.Trim());

        var found = Directory
            .EnumerateFiles(folder)
            .Select(path => (Uid: uint.Parse(Path.GetFileName(path)), Letter: Letter.In(File.ReadAllBytes(path))))
            .OrderBy(message => message.Uid)
            .ToList();
        var highest = seen.Keys.DefaultIfEmpty().Max();
        foreach (var (uid, letter) in found)
        {
            Assert.Equal(Letter.Numbered(int.Parse(letter.Name)).Sha256, letter.Sha256);
            Assert.DoesNotContain(uid, removed);
            if (seen.TryGetValue(uid, out var name))
                Assert.Equal(name, letter.Name);
            else
                Assert.True(uid > highest, $"UID {uid} came after {highest}");
            seen[uid] = letter.Name;
        }
        Assert.Empty(seen.Keys.Except(found.Select(message => message.Uid)).Except(removed));

        var copies = seen
            .Values.GroupBy(name => int.Parse(name))
            .ToDictionary(group => group.Key, group => group.Count());
        Assert.Empty(accepted.Keys.Except(copies.Keys));
        foreach (var (number, count) in copies)
            Assert.InRange(count, 1, 1 + unclear.GetValueOrDefault(number));
        if (found.Count > 0)
            removed.Add(found[^1].Uid);
        Directory.Delete(folder, recursive: true);
    }
}
