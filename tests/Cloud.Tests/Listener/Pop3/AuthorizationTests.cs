using Cloud.Listener.Pop3;

namespace Cloud.Tests.Listener.Pop3;

public sealed class AuthorizationTests
{
    static readonly Pop3Options Strict = new() { AllowPlainTextOnLoopback = false };

    [Fact]
    public Task The_greeting_offers_no_apop() =>
        Pop3Server.PlayAsync(
            """
            S: +OK Cloud POP3 server ready
            C: APOP alice c4c9334bac560ecc979e58001b3e22fb
            S: -ERR Unknown command
            C: QUIT
            S: +OK Bye
            [close]
            """
        );

    [Fact]
    public Task User_and_password_open_the_maildrop() =>
        Pop3Server.PlayAsync(
            """
            S: +OK *
            C: user alice@example.test
            S: +OK *
            C: pass open sesame
            S: +OK 1 messages
            C: STAT
            S: +OK 1 4
            """,
            "Hi\r\n"
        );

    [Fact]
    public Task A_wrong_password_is_an_auth_error_and_the_name_must_be_given_again() =>
        Pop3Server.PlayAsync(
            """
            S: +OK *
            C: USER alice@example.test
            S: +OK *
            C: PASS wrong
            S: -ERR [AUTH] Wrong name or password
            C: PASS open sesame
            S: -ERR Not in this state
            C: USER nobody@example.test
            S: +OK *
            C: PASS open sesame
            S: -ERR [AUTH] Wrong name or password
            C: USER alice@example.test
            S: +OK *
            C: NOOP
            S: -ERR Not in this state
            C: PASS open sesame
            S: -ERR Not in this state
            """
        );

    [Fact]
    public Task Who_has_failed_too_often_is_told_to_wait() =>
        Pop3Server.PlayAsync(
            """
            S: +OK *
            C: USER alice@example.test
            S: +OK *
            C: PASS open sesame
            S: -ERR [SYS/TEMP] Too many failed logins, try again in 42 seconds
            C: AUTH PLAIN AGFsaWNlQGV4YW1wbGUudGVzdABvcGVuIHNlc2FtZQ==
            S: -ERR [SYS/TEMP] Too many failed logins, try again in 42 seconds
            """,
            () => new FakeMail { IsLockedOut = true }
        );

    [Theory]
    [InlineData("AUTH PLAIN AGFsaWNlQGV4YW1wbGUudGVzdABvcGVuIHNlc2FtZQ==", "+OK 0 messages")]
    [InlineData("auth plain AGFsaWNlQGV4YW1wbGUudGVzdABvcGVuIHNlc2FtZQ==", "+OK 0 messages")]
    [InlineData("AUTH PLAIN AGFsaWNlQGV4YW1wbGUudGVzdAB3cm9uZw==", "-ERR [AUTH] Wrong name or password")]
    [InlineData("AUTH PLAIN ####", "-ERR Not what the mechanism asks for")]
    [InlineData("AUTH PLAIN =", "-ERR Not what the mechanism asks for")]
    [InlineData("AUTH PLAIN a b", "-ERR Syntax error")]
    [InlineData("AUTH", "-ERR Syntax error")]
    [InlineData("AUTH LOGIN", "-ERR No such mechanism")]
    [InlineData("AUTH KERBEROS_V4", "-ERR No such mechanism")]
    public Task Auth_with_an_initial_response(string command, string reply) =>
        Pop3Server.PlayAsync(
            $"""
            S: +OK *
            C: {command}
            S: {reply}
            """
        );

    [Fact]
    public Task Auth_without_an_initial_response_can_be_cancelled_and_tried_again() =>
        Pop3Server.PlayAsync(
            """
            S: +OK *
            C: AUTH PLAIN
            S: +\x20
            C: *
            S: -ERR Cancelled
            C: AUTH PLAIN
            S: +\x20
            C: AGFsaWNlQGV4YW1wbGUudGVzdABvcGVuIHNlc2FtZQ==
            S: +OK 0 messages
            C: AUTH PLAIN
            S: -ERR Not in this state
            """
        );

    [Fact]
    public Task Lines_of_an_exchange_may_be_longer_than_commands_but_not_endless() =>
        Pop3Server.PlayAsync(
            $"""
            S: +OK *
            C: AUTH PLAIN
            S: +\x20
            C: {new string('A', 12_000)}
            S: -ERR Not what the mechanism asks for
            C: AUTH PLAIN
            S: +\x20
            C: {new string('A', 20_000)}
            S: -ERR Line too long
            C: USER alice@example.test
            S: +OK *
            """
        );

    [Fact]
    public Task Without_tls_no_password_is_taken_and_none_is_offered() =>
        Pop3Server.PlayAsync(
            """
            S: +OK *
            C: CAPA
            S: +OK *
            U: TOP
            U: UIDL
            U: RESP-CODES
            U: AUTH-RESP-CODE
            U: PIPELINING
            U: EXPIRE NEVER
            U: UTF8 USER
            U: SASL SCRAM-SHA-256
            U: STLS
            S: .
            C: USER alice@example.test
            S: -ERR Passwords need TLS: use STLS first
            C: PASS open sesame
            S: -ERR Not in this state
            C: AUTH PLAIN AGFsaWNlQGV4YW1wbGUudGVzdABvcGVuIHNlc2FtZQ==
            S: -ERR Passwords need TLS: use STLS first
            C: STLS
            S: +OK Begin TLS negotiation
            [tls]
            C: CAPA
            S: +OK *
            U: TOP
            U: UIDL
            U: RESP-CODES
            U: AUTH-RESP-CODE
            U: PIPELINING
            U: EXPIRE NEVER
            U: UTF8 USER
            U: USER
            U: SASL SCRAM-SHA-256-PLUS SCRAM-SHA-256 PLAIN
            S: .
            C: STLS
            S: -ERR TLS is on already
            C: USER alice@example.test
            S: +OK *
            C: PASS open sesame
            S: +OK *
            C: STLS
            S: -ERR Not in this state
            C: CAPA
            S: +OK *
            U: TOP
            U: UIDL
            U: RESP-CODES
            U: AUTH-RESP-CODE
            U: PIPELINING
            U: EXPIRE NEVER
            U: UTF8 USER
            U: USER
            U: SASL SCRAM-SHA-256-PLUS SCRAM-SHA-256 PLAIN
            U: IMPLEMENTATION Cloud
            S: .
            """,
            () => new FakeMail(),
            Strict
        );

    [Fact]
    public Task A_name_given_before_tls_is_forgotten() =>
        Pop3Server.PlayAsync(
            """
            S: +OK *
            C: USER alice@example.test
            S: +OK *
            C: STLS
            S: +OK *
            [tls]
            C: PASS open sesame
            S: -ERR Not in this state
            """
        );

    [Fact]
    public Task What_comes_behind_stls_is_thrown_away_with_the_session() =>
        Pop3Server.PlayAsync(
            """
            [interactive]
            [packet]
            S: +OK *
            C: STLS\r\nUSER alice@example.test\r\nPASS open sesame
            S: *
            [close]
            """
        );

    [Fact]
    public Task Utf8_mode_may_be_entered_before_the_login_and_names_may_be_utf8() =>
        Pop3Server.PlayAsync(
            """
            S: +OK *
            C: UTF8
            S: +OK *
            C: UTF8 please
            S: -ERR Syntax error
            C: USER ålice@example.test
            S: +OK *
            C: PASS wörd
            S: -ERR [AUTH] Wrong name or password
            C: USER \xFF\xFE
            S: -ERR Syntax error
            """
        );

    [Fact]
    public Task A_second_session_finds_the_maildrop_in_use_until_the_first_is_gone() =>
        Pop3Server.PlayAsync(
            $"""
            {Pop3Server.LogIn}
            [2]
            S: +OK *
            C: USER alice@example.test
            S: +OK *
            C: PASS open sesame
            S: -ERR [IN-USE] Another session has the maildrop open
            C: AUTH PLAIN AGFsaWNlQGV4YW1wbGUudGVzdABvcGVuIHNlc2FtZQ==
            S: -ERR [IN-USE] *
            [1]
            C: QUIT
            S: +OK Bye
            [2]
            C: USER alice@example.test
            S: +OK *
            C: PASS open sesame
            S: +OK *
            """
        );

    [Fact]
    public Task A_store_that_fails_at_login_is_a_temporary_error_and_lets_go_of_the_lock() =>
        Pop3Server.PlayAsync(
            """
            S: +OK *
            C: USER alice@example.test
            S: +OK *
            C: PASS open sesame
            S: -ERR [SYS/TEMP] The mail store does not answer, try again later
            C: USER alice@example.test
            S: +OK *
            C: PASS open sesame
            S: -ERR [SYS/TEMP] *
            C: STAT
            S: -ERR Not in this state
            """,
            () => new FakeMail { IsBroken = true }
        );
}
