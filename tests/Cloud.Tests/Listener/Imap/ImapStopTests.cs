using Cloud.Api.Gateway;
using Cloud.Store.Accounts;
using Cloud.Store.Messages;
using Cloud.Tests.Fakes;
using Cloud.Tests.Sessions;

namespace Cloud.Tests.Listener.Imap;

/// <summary>What clients hear when the server stops (RFC 9051 §7.1.5).</summary>
public sealed class ImapStopTests
{
    const string Farewell = "* BYE [UNAVAILABLE] The server is stopping";

    [Theory]
    [InlineData("imap", "")]
    [InlineData("imap", "LOGIN")]
    [InlineData("imap", "LOGIN, SELECT INBOX")]
    [InlineData("imap", "LOGIN, SELECT INBOX, IDLE")]
    [InlineData("imap", "LOGIN, NOTIFY SET (personal (MessageNew MessageExpunge MailboxName))")]
    [InlineData("imap", "LOGIN, NOTIFY SET (selected (MessageNew MessageExpunge)), SELECT INBOX, IDLE")]
    [InlineData("imaps", "")]
    [InlineData("imaps", "LOGIN, SELECT INBOX, IDLE")]
    public async Task Sessions_are_told_whatever_they_are_at(string port, string before)
    {
        await using var listener = await ImapServer.ListenAsync(await TestBackend.OpenAsync());
        var commands = before.Split(", ", StringSplitOptions.RemoveEmptyEntries);
        await using var client = await ImapClient.OpenAsync(listener, port, login: commands.Contains("LOGIN"));
        foreach (var command in commands.Except(["LOGIN", "IDLE"]))
            await client.DoAsync(command);
        if (commands.Contains("IDLE"))
        {
            await client.SendAsync("i IDLE\r\n");
            Assert.Equal("+ idling", await client.ReadLineAsync());
        }
        var stop = listener.StopAsync();
        Assert.Equal(Farewell, await client.ReadLineAsync());
        Assert.Null(await client.ReadLineAsync());
        await stop;
    }

    [Fact]
    public async Task A_fetch_that_takes_long_is_answered_to_its_end()
    {
        const int messages = 20;
        var backend = await TestBackend.OpenAsync();
        for (var i = 1; i <= messages; i++)
            await backend.ReceiveAsync(ImapServer.Plain(i), TestBackend.Alice);
        var (reached, held, opened) = (new TaskCompletionSource(), new TaskCompletionSource(), 0);
        async Task<Stream?> HeldAsync(object?[] args)
        {
            reached.TrySetResult();
            await held.Task;
            return await backend.Gateway.ReadAsync(
                (Access)args[0]!,
                (Email)args[1]!,
                (long)args[2]!,
                (long?)args[3],
                (ReadBy)args[4]!,
                default
            );
        }
        var gateway = HookedGateway.Of(
            backend.Gateway,
            (operation, args) =>
                operation == nameof(IGateway.ReadAsync) && Interlocked.Increment(ref opened) > 3
                    ? new ValueTask<Stream?>(HeldAsync(args))
                    : null
        );
        await using var listener = await ImapServer.ListenAsync(backend, gateway: gateway);
        await using var client = await ImapClient.OpenAsync(listener);
        await using var other = await ImapClient.OpenAsync(listener);
        await client.DoAsync("EXAMINE INBOX");
        await client.SendAsync("f FETCH 1:* BODY.PEEK[TEXT]\r\ng NOOP\r\n");
        await reached.Task;

        var stop = listener.StopAsync();
        Assert.Equal(Farewell, await other.ReadLineAsync());
        held.SetResult();
        for (var i = 1; i <= messages; i++)
        {
            var text = $"This is number {i}.\r\n";
            Assert.Equal($"* {i} FETCH (BODY[TEXT] {{{text.Length}}}", await client.ReadLineAsync());
            Assert.Equal(text, System.Text.Encoding.Latin1.GetString(await client.ReadOctetsAsync(text.Length)));
            Assert.Equal(")", await client.ReadLineAsync());
        }
        Assert.Equal("f OK Fetched", await client.ReadLineAsync());
        Assert.Equal(Farewell, await client.ReadLineAsync());
        Assert.Null(await client.ReadLineAsync());
        await stop;
    }

    [Fact]
    public async Task A_message_on_its_way_in_is_finished_when_the_server_stops()
    {
        var backend = await TestBackend.OpenAsync();
        await using var listener = await ImapServer.ListenAsync(backend);
        await using var client = await ImapClient.OpenAsync(listener);
        await client.SendAsync("a APPEND INBOX {8}\r\n");
        Assert.Equal("+ OK", await client.ReadLineAsync());
        await client.SendAsync("abcd");
        var stop = listener.StopAsync();
        await client.SendAsync("efgh\r\n");
        Assert.StartsWith("a OK [APPENDUID", await client.ReadLineAsync(), StringComparison.Ordinal);
        Assert.StartsWith("* BYE", await client.ReadLineAsync(), StringComparison.Ordinal);
        await stop;
        Assert.Single((await backend.OpenAsync(backend.AliceId)).Entries);
    }
}
