using Cloud.Listener.Pop3;
using Cloud.Tests.Sessions;

namespace Cloud.Tests.Listener.Pop3;

/// <summary>Only QUIT removes anything.</summary>
public sealed class UpdateTests
{
    static readonly string[] Three = ["1\r\n", "2\r\n", "3\r\n"];

    [Fact]
    public async Task Quit_removes_what_is_marked()
    {
        var mail = FakeMail.With(Three);
        await TalkAsync(mail, "DELE 1", "DELE 3", "QUIT");
        Assert.Equal([2u], mail.Uids);
    }

    [Fact]
    public async Task Quit_after_rset_removes_nothing()
    {
        var mail = FakeMail.With(Three);
        await TalkAsync(mail, "DELE 1", "RSET", "QUIT");
        Assert.Equal(3, mail.Uids.Count);
    }

    [Fact]
    public async Task A_lost_connection_removes_nothing_and_lets_go_of_the_lock()
    {
        var mail = FakeMail.With(Three);
        await TalkAsync(mail, "DELE 1");
        await mail.Unlocked.Task.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(3, mail.Uids.Count);
    }

    [Fact]
    public async Task A_client_that_leaves_without_awaiting_the_answer_to_quit_has_quit()
    {
        var mail = FakeMail.With(Three);
        await using var listener = await Pop3Server.StartAsync(mail);
        await using (var client = await ScriptConnection.OpenAsync(listener.Address()))
        {
            var all = "USER alice@example.test\r\nPASS open sesame\r\nDELE 2\r\nQUIT\r\n"u8.ToArray();
            await client.SendAsync(all, byteByByte: false);
            client.SendEof();
            while (await client.ReadLineAsync() is not null) { }
        }
        await mail.Unlocked.Task.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal([1u, 3u], mail.Uids);
    }

    [Fact]
    public async Task Silence_ends_the_session_without_a_word_and_removes_nothing()
    {
        var mail = FakeMail.With(Three);
        var options = new Pop3Options { Inactivity = TimeSpan.FromMilliseconds(100) };
        await using var listener = await Pop3Server.StartAsync(mail, options);
        await using var client = await Pop3Server.LogInAsync(listener);
        await client.SendAsync("DELE 1\r\n"u8.ToArray(), byteByByte: false);
        Assert.Equal("+OK Marked for deletion", await client.ReadLineAsync());
        Assert.Null(await client.ReadLineAsync());
        Assert.Equal(3, mail.Uids.Count);
    }

    [Fact]
    public async Task A_server_that_stops_says_so_and_removes_nothing()
    {
        var mail = FakeMail.With(Three);
        await using var listener = await Pop3Server.StartAsync(mail);
        await using var client = await Pop3Server.LogInAsync(listener);
        await client.SendAsync("DELE 1\r\n"u8.ToArray(), byteByByte: false);
        Assert.Equal("+OK Marked for deletion", await client.ReadLineAsync());
        var stopped = listener.StopAsync();
        Assert.Equal("-ERR [SYS/TEMP] Server is stopping, try again later", await client.ReadLineAsync());
        Assert.Null(await client.ReadLineAsync());
        await stopped;
        Assert.Equal(3, mail.Uids.Count);
    }

    [Fact]
    public Task Too_many_errors_end_the_session_and_remove_nothing() =>
        Pop3Server.PlayAsync(
            $"""
            [interactive]
            {Pop3Server.LogIn}
            C: DELE 1
            S: +OK *
            C*10: FOO
            {string.Concat(Enumerable.Repeat("S: -ERR Unknown command\n", 10))}
            S: -ERR Too many errors
            [close]
            [2]
            {Pop3Server.LogIn}
            C: STAT
            S: +OK 3 9
            """,
            Three
        );

    [Fact]
    public Task Messages_that_are_not_there_are_no_error_to_be_thrown_out_for() =>
        Pop3Server.PlayAsync(
            $"""
            {Pop3Server.LogIn}
            C*50: RETR 7
            {string.Concat(Enumerable.Repeat("S: -ERR No such message\n", 50))}
            C: QUIT
            S: +OK Bye
            """,
            Three
        );

    [Fact]
    public async Task A_message_that_another_client_has_removed_is_not_there_any_more()
    {
        var mail = FakeMail.With(Three);
        await using var listener = await Pop3Server.StartAsync(mail);
        await using var client = await Pop3Server.LogInAsync(listener);
        mail.Remove(2);
        await client.SendAsync("RETR 2\r\nDELE 2\r\nQUIT\r\n"u8.ToArray(), byteByByte: false);
        Assert.Equal("-ERR No such message", await client.ReadLineAsync());
        Assert.Equal("+OK Marked for deletion", await client.ReadLineAsync());
        Assert.Equal("+OK Bye", await client.ReadLineAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_cannot_be_removed_is_told_and_the_session_ends(bool broken)
    {
        var mail = FakeMail.With(Three);
        await using var listener = await Pop3Server.StartAsync(mail);
        await using var client = await Pop3Server.LogInAsync(listener);
        (mail.IsBroken, mail.RefusesToRemove) = (broken, !broken);
        await client.SendAsync("DELE 1\r\nQUIT\r\n"u8.ToArray(), byteByByte: false);
        Assert.Equal("+OK Marked for deletion", await client.ReadLineAsync());
        Assert.StartsWith("-ERR [SYS/TEMP] ", await client.ReadLineAsync(), StringComparison.Ordinal);
        Assert.True(mail.Unlocked.Task.IsCompleted);
        Assert.Null(await client.ReadLineAsync());
        Assert.Equal(3, mail.Uids.Count);
    }

    [Fact]
    public async Task A_store_that_fails_is_a_temporary_error_and_the_session_goes_on()
    {
        var mail = FakeMail.With(Three);
        await using var listener = await Pop3Server.StartAsync(mail);
        await using var client = await Pop3Server.LogInAsync(listener);
        mail.IsBroken = true;
        await client.SendAsync("RETR 2\r\n"u8.ToArray(), byteByByte: false);
        Assert.StartsWith("-ERR [SYS/TEMP] ", await client.ReadLineAsync(), StringComparison.Ordinal);
        mail.IsBroken = false;
        await client.SendAsync("RETR 2\r\n"u8.ToArray(), byteByByte: false);
        Assert.Equal("+OK 3 octets", await client.ReadLineAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_message_whose_bytes_fail_or_end_half_way_is_never_ended(bool endsEarly)
    {
        var mail = FakeMail.With("Subject: long\r\n\r\n" + new string('x', 1000) + "\r\n");
        (mail.Piece, mail.ReadsOnly, mail.EndsEarly) = (100, 500, endsEarly);
        await using var listener = await Pop3Server.StartAsync(mail);
        await using var client = await Pop3Server.LogInAsync(listener);
        await client.SendAsync("RETR 1\r\n"u8.ToArray(), byteByByte: false);
        var lines = new List<string>();
        while (await client.ReadLineAsync() is { } line)
            lines.Add(line);
        Assert.DoesNotContain(".", lines);
        Assert.Equal(500, lines.Skip(1).Take(2).Sum(line => line.Length + 2) + lines[3].Length);
    }

    static async Task TalkAsync(FakeMail mail, params string[] commands)
    {
        await using var listener = await Pop3Server.StartAsync(mail);
        await using var client = await Pop3Server.LogInAsync(listener);
        foreach (var command in commands)
        {
            await client.SendAsync(System.Text.Encoding.ASCII.GetBytes(command + "\r\n"), byteByByte: false);
            Assert.StartsWith("+OK", await client.ReadLineAsync(), StringComparison.Ordinal);
        }
    }
}
