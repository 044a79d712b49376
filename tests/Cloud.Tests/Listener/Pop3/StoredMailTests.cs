using Cloud.Tests.Api.Gateway;
using Cloud.Tests.Fakes;
using Cloud.Tests.Sessions;

namespace Cloud.Tests.Listener.Pop3;

/// <summary>POP3 over the gateway that `cloud serve` has: what comes in by one door is read and removed by another.</summary>
public abstract class StoredMailTests(Hop hop) : GatewayTests(hop)
{
    [Fact]
    public async Task What_was_received_is_read_and_removed_and_unique_ids_are_never_given_again()
    {
        var backend = await OpenAsync();
        for (var i = 1; i <= 3; i++)
            await backend.ReceiveAsync($"Subject: {i}\r\n\r\n.{i}\r\n", TestBackend.Alice);
        await using var listener = await Pop3Server.StartAsync(backend.Gateway);

        var before = await TalkAsync(listener, ["UIDL", "DELE 3", "QUIT"]);
        Assert.Equal(2, (await backend.OpenAsync(backend.AliceId)).Entries.Count);
        await backend.ReceiveAsync("Subject: 4\r\n\r\n", TestBackend.Alice);
        var after = await TalkAsync(listener, ["UIDL", "QUIT"]);

        var known = before.Skip(1).Take(3).Select(line => line[2..]).ToList();
        var now = after.Skip(1).Take(3).Select(line => line[2..]).ToList();
        Assert.Equal(known[..2], now[..2]);
        Assert.DoesNotContain(now[2], known);
        Assert.All(now, id => Assert.Matches("^[!-~]{1,70}$", id));
    }

    [Fact]
    public async Task A_message_is_what_came_in_below_the_headers_of_its_way()
    {
        var backend = await OpenAsync();
        await backend.ReceiveAsync("Subject: dots\r\n\r\n.\r\n..\r\nü\r\n", TestBackend.Alice);
        await using var listener = await Pop3Server.StartAsync(backend.Gateway);
        var lines = await TalkAsync(listener, ["RETR 1", "QUIT"]);
        Assert.Equal(["Subject: dots", "", "..", "...", "Ã¼", ".", "+OK Bye"], lines[^7..]);
    }

    [Fact]
    public async Task A_wrong_password_waits_its_turn_and_is_refused()
    {
        var backend = await OpenAsync(time: TimeProvider.System);
        await using var listener = await Pop3Server.StartAsync(backend.Gateway);
        await using var client = await ScriptConnection.OpenAsync(listener.Address());
        await SendAsync(client, $"USER {TestBackend.Alice}", "PASS wrong", $"USER {TestBackend.Alice}");
        foreach (var answer in new[] { "+OK", "+OK", "-ERR [AUTH] ", "+OK" })
            Assert.StartsWith(answer, await client.ReadLineAsync(), StringComparison.Ordinal);
        await SendAsync(client, $"PASS {TestBackend.Password}");
        Assert.StartsWith("+OK 0 messages", await client.ReadLineAsync(), StringComparison.Ordinal);
    }

    static Task SendAsync(ScriptConnection client, params string[] lines) =>
        client.SendAsync(
            System.Text.Encoding.ASCII.GetBytes(string.Concat(lines.Select(line => line + "\r\n"))),
            byteByByte: false
        );

    /// <summary>Logs in, says the lines at once.</summary>
    /// <returns>All answers after the login, to the close.</returns>
    static async Task<List<string>> TalkAsync(TestListener listener, string[] lines)
    {
        await using var client = await ScriptConnection.OpenAsync(listener.Address());
        await SendAsync(client, [$"USER {TestBackend.Alice}", $"PASS {TestBackend.Password}", .. lines]);
        for (var i = 0; i < 3; i++)
            Assert.StartsWith("+OK", await client.ReadLineAsync(), StringComparison.Ordinal);
        var answers = new List<string>();
        while (await client.ReadLineAsync() is { } answer)
            answers.Add(answer);
        return answers;
    }
}

public sealed class LocalStoredMailTests() : StoredMailTests(Hop.None);

public sealed class HttpStoredMailTests() : StoredMailTests(Hop.Claim);

public sealed class StreamedStoredMailTests() : StoredMailTests(Hop.Stream);
