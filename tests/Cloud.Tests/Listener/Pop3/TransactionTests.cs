namespace Cloud.Tests.Listener.Pop3;

public sealed class TransactionTests
{
    const string One = "Subject: one\r\n\r\nfirst\r\n";
    const string Two = "Subject: two\r\n\r\n.\r\n..\r\n.second\r\n";
    const string Three = "Subject: three\r\n\r\nno end";

    [Fact]
    public Task Stat_list_and_uidl_tell_what_is_there() =>
        Play(
            """
            C: STAT
            S: +OK 3 79
            C: LIST
            S: +OK 3 messages (79 octets)
            S: 1 23
            S: 2 32
            S: 3 24
            S: .
            C: LIST 2
            S: +OK 2 32
            C: UIDL
            S: +OK *
            S: 1 1700000000.1
            S: 2 1700000000.2
            S: 3 1700000000.3
            S: .
            C: uidl 3
            S: +OK 3 1700000000.3
            C: NOOP
            S: +OK *
            """
        );

    [Theory]
    [InlineData("LIST")]
    [InlineData("UIDL")]
    [InlineData("RETR")]
    [InlineData("DELE")]
    public Task Numbers_that_name_nothing_are_refused(string verb) =>
        Play(
            $"""
            C: {verb} 0
            S: -ERR No such message
            C: {verb} 4
            S: -ERR No such message
            C: {verb} 99999999999999999999999
            S: -ERR No such message
            C: {verb} -1
            S: -ERR Syntax error
            C: {verb} one
            S: -ERR Syntax error
            C: {verb}  1
            S: -ERR Syntax error
            C: {verb} 1 2
            S: -ERR Syntax error
            C: TOP 4 1
            S: -ERR No such message
            """
        );

    [Theory]
    [InlineData("RETR")]
    [InlineData("DELE")]
    [InlineData("TOP 1")]
    [InlineData("TOP 1 -1")]
    [InlineData("TOP 1 1 1")]
    [InlineData("STAT 1")]
    [InlineData("NOOP 1")]
    [InlineData("RSET 1")]
    [InlineData("CAPA 1")]
    [InlineData("QUIT now")]
    [InlineData("LIST ")]
    public Task Arguments_that_do_not_fit_are_a_syntax_error_and_the_session_goes_on(string command) =>
        Play(
            $"""
            C: {command}\c
            C: 
            S: -ERR Syntax error
            C: STAT
            S: +OK 3 79
            """
        );

    [Fact]
    public Task Retr_stuffs_dots_and_ends_with_a_line_of_one() =>
        Play(
            """
            C: RETR 1
            S: +OK 23 octets
            S: Subject: one
            S:
            S: first
            S: .
            C: RETR 2
            S: +OK 32 octets
            S: Subject: two
            S:
            S: ..
            S: ...
            S: ..second
            S: .
            C: RETR 3
            S: +OK 24 octets
            S: Subject: three
            S:
            S: no end
            S: .
            """
        );

    [Fact]
    public Task Top_gives_the_header_and_so_many_lines() =>
        Play(
            """
            C: TOP 2 0
            S: +OK *
            S: Subject: two
            S:
            S: .
            C: TOP 2 2
            S: +OK *
            S: Subject: two
            S:
            S: ..
            S: ...
            S: .
            C: TOP 3 99999999999999999
            S: +OK *
            S: Subject: three
            S:
            S: no end
            S: .
            """
        );

    [Fact]
    public Task A_marked_message_counts_nowhere_until_rset() =>
        Play(
            """
            C: DELE 2
            S: +OK *
            C: DELE 2
            S: -ERR No such message
            C: RETR 2
            S: -ERR No such message
            C: TOP 2 1
            S: -ERR No such message
            C: LIST 2
            S: -ERR No such message
            C: UIDL 2
            S: -ERR No such message
            C: STAT
            S: +OK 2 47
            C: LIST
            S: +OK 2 messages (47 octets)
            S: 1 23
            S: 3 24
            S: .
            C: UIDL
            S: +OK *
            S: 1 1700000000.1
            S: 3 1700000000.3
            S: .
            C: RSET
            S: +OK 3 messages
            C: STAT
            S: +OK 3 79
            C: RETR 2
            S: +OK 32 octets
            S: Subject: two
            S:
            S: ..
            S: ...
            S: ..second
            S: .
            """
        );

    [Fact]
    public Task An_empty_maildrop_lists_nothing() =>
        Pop3Server.PlayAsync(
            $"""
            {Pop3Server.LogIn}
            C: STAT
            S: +OK 0 0
            C: LIST
            S: +OK 0 messages (0 octets)
            S: .
            C: UIDL
            S: +OK *
            S: .
            """
        );

    [Fact]
    public Task An_empty_message_is_no_line_at_all() =>
        Pop3Server.PlayAsync(
            $"""
            {Pop3Server.LogIn}
            C: RETR 1
            S: +OK 0 octets
            S: .
            C: TOP 1 1
            S: +OK *
            S: .
            """,
            ""
        );

    [Fact]
    public Task The_commands_of_a_login_are_over_after_it() =>
        Play(
            """
            C: USER alice@example.test
            S: -ERR Not in this state
            C: PASS open sesame
            S: -ERR Not in this state
            C: UTF8
            S: -ERR Not in this state
            """
        );

    [Theory]
    [InlineData("STAT")]
    [InlineData("LIST")]
    [InlineData("UIDL 1")]
    [InlineData("RETR 1")]
    [InlineData("TOP 1 1")]
    [InlineData("DELE 1")]
    [InlineData("RSET")]
    [InlineData("NOOP")]
    public Task Nothing_is_told_before_the_login(string command) =>
        Pop3Server.PlayAsync(
            $"""
            S: +OK *
            C: {command}
            S: -ERR Not in this state
            C: QUIT
            S: +OK Bye
            [close]
            """,
            One
        );

    static Task Play(string script) => Pop3Server.PlayAsync(Pop3Server.LogIn + script, One, Two, Three);
}
