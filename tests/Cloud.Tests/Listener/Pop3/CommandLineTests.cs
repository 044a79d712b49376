using Cloud.Listener.Pop3;
using Cloud.Tests.Sessions;

namespace Cloud.Tests.Listener.Pop3;

public sealed class CommandLineTests
{
    [Fact]
    public Task A_command_has_255_octets_at_most_and_the_session_goes_on_after_more() =>
        Pop3Server.PlayAsync(
            $"""
            S: +OK *
            C: USER {new string('a', 248)}
            S: +OK *
            C: USER {new string('a', 249)}
            S: -ERR Line too long
            C: USER {new string('a', 300_000)}
            S: -ERR Line too long
            C: CAPA{new string(' ', 251)}
            S: -ERR Line too long
            C: USER alice@example.test
            S: +OK *
            C: PASS open sesame
            S: +OK *
            """
        );

    [Fact]
    public Task Neither_cr_nor_lf_stands_alone() =>
        Pop3Server.PlayAsync(
            """
            S: +OK *
            C: CAPA\n\c
            S: -ERR Lines end in CRLF, and neither CR nor LF stands alone
            C: QUIT\rQUIT
            S: -ERR Lines end in CRLF, *
            C: \nQUIT
            S: -ERR Lines end in CRLF, *
            S: +OK Bye
            [close]
            """
        );

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("\\0")]
    [InlineData("STA")]
    [InlineData("STATS")]
    [InlineData("ST\\0AT")]
    [InlineData(" STAT")]
    [InlineData("\\xFF\\xFE")]
    [InlineData("XTND XMIT")]
    public Task What_is_no_command_is_told_so(string line) =>
        Pop3Server.PlayAsync(
            $"""
            S: +OK *
            C: {line}\c
            C: 
            S: -ERR Unknown command
            C: QUIT
            S: +OK *
            """
        );

    [Fact]
    public Task Control_characters_are_in_no_name_or_password() =>
        Pop3Server.PlayAsync(
            """
            S: +OK *
            C: USER al\0ice
            S: -ERR Syntax error
            C: USER alice@example.test
            S: +OK *
            C: PASS open\tsesame
            S: -ERR Syntax error
            C: USER
            S: -ERR Syntax error
            """
        );

    [Fact]
    public Task Commands_may_be_sent_together() =>
        Pop3Server.PlayAsync(
            """
            [interactive]
            S: +OK *
            C: USER alice@example.test\r\nPASS open sesame\r\nSTAT\r\nRETR 1\r\nDELE 1\r\nSTAT\r\nQUIT
            S: +OK *
            S: +OK 1 messages
            S: +OK 1 4
            S: +OK 4 octets
            S: Hi
            S: .
            S: +OK *
            S: +OK 0 0
            S: +OK Bye
            [close]
            """,
            "Hi\r\n"
        );

    [Fact]
    public Task A_line_without_its_end_is_no_command() =>
        Pop3Server.PlayAsync(
            $"""
            {Pop3Server.LogIn}
            C: STAT
            S: +OK *
            C: QUIT\c
            [eof]
            [close]
            """
        );

    /// <summary>Random lines built from pieces of commands: each gets one answer, and the session lives.</summary>
    [Fact]
    public async Task Whatever_comes_gets_one_answer()
    {
        string[] words =
        [
            "USER",
            "PASS",
            "AUTH",
            "STAT",
            "LIST",
            "UIDL",
            "RETR",
            "TOP",
            "DELE",
            "RSET",
            "NOOP",
            "UTF8",
            "STLS",
            " ",
            " ",
            " 1",
            " 2",
            " 0",
            " -1",
            " 4294967296",
            "PLAIN",
            "=",
            "*",
            "\0",
            "\t",
            "ÿ",
            "+",
            "alice@example.test",
        ];
        var random = new Random(2449);
        var options = new Pop3Options { MaxErrors = int.MaxValue };
        await using var listener = await Pop3Server.StartAsync(FakeMail.With("Subject: a\r\n\r\nb\r\n"), options);
        await using var client = await Pop3Server.LogInAsync(listener);
        for (var i = 0; i < 5000; i++)
        {
            var line = string.Concat(Enumerable.Range(0, random.Next(6)).Select(_ => words[random.Next(words.Length)]));
            await client.SendAsync(System.Text.Encoding.Latin1.GetBytes(line + "\r\n"), byteByByte: false);
            var answer = await client.ReadLineAsync();
            Assert.Matches("^(\\+OK|-ERR) ", answer);
            var multiLine = line is "LIST" or "UIDL" || line.StartsWith("RETR", StringComparison.Ordinal);
            multiLine |= line.StartsWith("TOP", StringComparison.Ordinal);
            while (
                multiLine && answer!.StartsWith("+OK", StringComparison.Ordinal) && await client.ReadLineAsync() != "."
            ) { }
        }
    }
}
