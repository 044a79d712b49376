using Cloud.Tests.Fakes;
using Cloud.Tests.Listener.Hosting.Abuse;
using Cloud.Tests.Sessions;

namespace Cloud.Tests.Listener;

/// <summary>Tokens of OAuth 2.0 on every port.</summary>
public sealed class BearerSessionTests
{
    public static TheoryData<string, string> Ways
    {
        get
        {
            var ways = new TheoryData<string, string>();
            foreach (var port in SaslPorts.Names)
            {
                ways.Add(port, "OAUTHBEARER");
                ways.Add(port, "XOAUTH2");
            }
            return ways;
        }
    }

    static string Message(string mechanism, string login, string token) =>
        mechanism == "XOAUTH2"
            ? $"user={login}\u0001auth=Bearer {token}\u0001\u0001"
            : $"n,a={login},\u0001host=localhost\u0001port=1\u0001auth=Bearer {token}\u0001\u0001";

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_good_token_opens_its_owners_mail_alone(string port, string mechanism)
    {
        await using var test = await TestBackend.OpenAsync(tokens: new FakeTokens());
        await using var listener = await SaslPorts.ListenAsync(test, tokens: true, clear: false);
        await using var client = await SaslClient.OpenAsync(listener, port);
        Assert.Contains(" OAUTHBEARER XOAUTH2 PLAIN", client.Mechanisms, StringComparison.Ordinal);

        var (why, answer) =
            mechanism == "XOAUTH2"
                ? ("""? {"status":"400","schemes":"Bearer"}""", "")
                : ("""? {"status":"invalid_token"}""", "AQ==");
        foreach (var (login, token) in new[] { (TestBackend.Alice, "x"), (TestBackend.Alice, FakeTokens.Bobs) })
        {
            Assert.Equal(why, await client.BeginAsync(mechanism, Message(mechanism, login, token)));
            Assert.Equal("NO", await client.AnswerRawAsync(answer));
        }
        Assert.Equal("OK", await client.BeginAsync(mechanism, Message(mechanism, TestBackend.Bob, FakeTokens.Bobs)));
    }

    [Theory]
    [InlineData("imap", "a OK", "* BYE [EXPIRED]")]
    [InlineData("submissions", "250 ", "421 4.7.0")]
    [InlineData("pop3s", "+OK", "-ERR [AUTH]")]
    public async Task The_session_ends_with_its_user_and_not_with_a_password(string port, string ok, string goodbye)
    {
        await using var test = await TestBackend.OpenAsync(tokens: new FakeTokens());
        await using var listener = await SaslPorts.ListenAsync(test, tokens: true);
        await using var client = await SaslClient.OpenAsync(listener, port);
        var message = Message("XOAUTH2", TestBackend.Alice, FakeTokens.Alices);
        Assert.Equal("OK", await client.BeginAsync("XOAUTH2", message));
        await test.Admin.SetPasswordAsync(TestBackend.Alice, "another one", default);
        Assert.StartsWith(ok, await client.NoopAsync(), StringComparison.Ordinal);
        await test.Admin.Users.SuspendAsync(TestBackend.Alice, default);
        Assert.StartsWith(goodbye, await client.ReadLineAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("imap", "a NO [PRIVACYREQUIRED]")]
    [InlineData("submission", "538 ")]
    [InlineData("pop3", "-ERR Passwords need TLS")]
    public async Task In_clear_no_token_is_taken(string port, string refusal)
    {
        var tokens = new FakeTokens();
        await using var test = await TestBackend.OpenAsync(tokens: tokens);
        await using var listener = await SaslPorts.ListenAsync(test, tokens: true, clear: false);
        await using var client = await SaslClient.OpenAsync(listener, port, tls: false);
        Assert.DoesNotContain("OAUTH", client.Mechanisms, StringComparison.Ordinal);
        var answer = await client.BeginAsync("XOAUTH2", Message("XOAUTH2", TestBackend.Alice, FakeTokens.Alices));
        Assert.StartsWith(refusal, answer, StringComparison.Ordinal);
        Assert.Equal(0, tokens.Asked);
    }

    [Theory]
    [InlineData("imaps", "a NO [CANNOT]")]
    [InlineData("submissions", "504 5.5.4")]
    [InlineData("pop3s", "-ERR No such mechanism")]
    public async Task Where_nobody_checks_them_there_are_none(string port, string refusal)
    {
        await using var test = await TestBackend.OpenAsync();
        await using var listener = await SaslPorts.ListenAsync(test);
        await using var client = await SaslClient.OpenAsync(listener, port);
        Assert.DoesNotContain("OAUTH", client.Mechanisms, StringComparison.Ordinal);
        var answer = await client.BeginAsync("OAUTHBEARER", Message("OAUTHBEARER", TestBackend.Alice, "x"));
        Assert.StartsWith(refusal, answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("imaps", "a NO [UNAVAILABLE]")]
    [InlineData("submissions", "454 4.7.0")]
    [InlineData("pop3s", "-ERR [SYS/TEMP]")]
    public async Task While_nobody_can_tell_all_are_to_try_again(string port, string later)
    {
        var tokens = new FakeTokens { IsDown = true };
        await using var test = await TestBackend.OpenAsync(tokens: tokens);
        await using var listener = await SaslPorts.ListenAsync(test, tokens: true);
        await using var client = await SaslClient.OpenAsync(listener, port);
        var message = Message("XOAUTH2", TestBackend.Alice, FakeTokens.Alices);
        Assert.StartsWith(later, await client.BeginAsync("XOAUTH2", message), StringComparison.Ordinal);
        tokens.IsDown = false;
        Assert.Equal("OK", await client.BeginAsync("XOAUTH2", message));
    }

    /// <summary>Such answers cost nothing and come at once: without an end, one client may have them in a loop.</summary>
    [Theory]
    [InlineData("imaps", 5, "* BYE [UNAVAILABLE] Logins cannot be checked")]
    [InlineData("submissions", 10, "421 4.7.0 Logins cannot be checked")]
    [InlineData("pop3s", 10, "-ERR [SYS/TEMP]")]
    public async Task Who_goes_on_trying_while_nobody_can_tell_is_hung_up_on_and_not_banned(
        string port,
        int most,
        string goodbye
    )
    {
        var tokens = new FakeTokens { IsDown = true };
        await using var test = await TestBackend.OpenAsync(tokens: tokens);
        var limits = Strangers.Limits(Strangers.Judged with { FirstBan = TimeSpan.FromMinutes(10), BanPoints = 2 });
        await using var listener = await SaslPorts.ListenAsync(test, tokens: true, limits: limits);
        var message = Message("XOAUTH2", TestBackend.Alice, FakeTokens.Alices);
        await using (var client = await SaslClient.OpenAsync(listener, port))
        {
            for (var i = 1; i < most; i++)
                await client.BeginAsync("XOAUTH2", message);
            Assert.StartsWith(goodbye, await client.BeginAsync("XOAUTH2", message), StringComparison.Ordinal);
            Assert.Null(await client.ReadLineAsync());
        }
        tokens.IsDown = false;
        await using var next = await SaslClient.OpenAsync(listener, port);
        Assert.Equal("OK", await next.BeginAsync("XOAUTH2", message));
    }

    [Theory]
    [InlineData("imaps")]
    [InlineData("submissions")]
    [InlineData("pop3s")]
    public async Task A_long_token_goes_through(string port)
    {
        var token = new string('x', 9_000);
        var tokens = new FakeTokens { Owners = { [token] = TestBackend.Alice } };
        await using var test = await TestBackend.OpenAsync(tokens: tokens, hop: Hop.Claim);
        await using var listener = await SaslPorts.ListenAsync(test, tokens: true);
        await using var client = await SaslClient.OpenAsync(listener, port);
        Assert.Equal("? ", await client.BeginAsync("XOAUTH2", null));
        Assert.Equal("OK", await client.AnswerAsync(Message("XOAUTH2", TestBackend.Alice, token)));
    }
}
