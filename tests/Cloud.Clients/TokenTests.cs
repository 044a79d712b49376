using Cloud.Tests.Flow.Hooks;

namespace Cloud.Clients;

/// <summary>Tokens instead of passwords, checked at an endpoint beside the server.</summary>
public sealed class TokenTests : ClientTests
{
    const string Good = "alices.good-token";

    readonly HookReceiver issuer = new()
    {
        Answer = asked =>
            HookReceiver.Say(
                200,
                body: System.Text.Encoding.ASCII.GetString(asked.Body).Contains($"token={Good}&")
                    ? $"{{\"active\":true,\"email\":\"{MailServer.Alice}\",\"scope\":\"mail\"}}"
                    : """{"active":false}"""
            ),
    };

    protected override string[] Arguments =>
        ["--oauth-introspection", issuer.Url, "--oauth-client", "cloud", "--oauth-scope", "mail"];

    protected override IReadOnlyDictionary<string, string> Variables =>
        new Dictionary<string, string> { ["CLOUD_OAUTH_SECRET"] = "between us" };

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await issuer.DisposeAsync();
    }

    Task<(int ExitCode, string Output)> CurlAsync(string token, string mechanism, params string[] arguments) =>
        Tool.TryAsync(
            Home,
            "curl",
            [
                .. new[] { "-sS", "-v", "-k", "-m", "60", "--user", $"{MailServer.Alice}:" },
                .. new[] { "--oauth2-bearer", token, "--login-options", $"AUTH={mechanism}" },
                .. arguments,
            ]
        );

    [SkippableTheory]
    [InlineData("imaps", "imaps", "INBOX;MAILINDEX=1", "OAUTHBEARER")]
    [InlineData("imap", "imap", "INBOX;MAILINDEX=1", "XOAUTH2", "--ssl-reqd")]
    [InlineData("pop3s", "pop3s", "1", "OAUTHBEARER")]
    [InlineData("pop3", "pop3", "1", "XOAUTH2", "--ssl-reqd")]
    public async Task Curl_reads_with_a_token(
        string port,
        string scheme,
        string path,
        string mechanism,
        params string[] options
    )
    {
        Tool.Require("curl");
        await SendAsync(Letter.Plain("1"));
        var address = $"{scheme}://127.0.0.1:{Cloud[port]}/{path}";
        var (exit, said) = await CurlAsync(Good, mechanism, [.. options, "-o", At("in"), address]);
        Assert.True(exit == 0, said);
        Letter.AssertSame([Letter.Plain("1")], [Letter.In(await File.ReadAllBytesAsync(At("in")))]);

        const int LoginDenied = 67;
        var (refused, why) = await CurlAsync("another", mechanism, [.. options, address]);
        Assert.True(refused == LoginDenied, why);
        Assert.DoesNotContain(Good, Cloud.Output, StringComparison.Ordinal);
        var asked = issuer.TakeAll();
        Assert.Equal("Basic Y2xvdWQ6YmV0d2Vlbit1cw==", asked[0].Fields["authorization"]);
    }

    [SkippableTheory]
    [InlineData("submissions", "smtps", "OAUTHBEARER")]
    [InlineData("submission", "smtp", "XOAUTH2", "--ssl-reqd")]
    public async Task Curl_submits_with_a_token(string port, string scheme, string mechanism, params string[] options)
    {
        Tool.Require("curl");
        const string Fields =
            $"From: {MailServer.Alice}\nDate: Sun, 22 Nov 2026 08:00:00 +0000\nMessage-ID: <2@example.test>\nSubject: x\n";
        var letter = Letter.Of("2", $"{Fields}\nbody\n");
        await File.WriteAllBytesAsync(At("letter"), letter.Bytes);
        string[] envelope = ["--mail-from", MailServer.Alice, "--mail-rcpt", MailServer.Alice, "-T", At("letter")];
        var address = $"{scheme}://127.0.0.1:{Cloud[port]}/client.example";
        Assert.NotEqual(0, (await CurlAsync("another", mechanism, [.. options, .. envelope, address])).ExitCode);
        Assert.Empty(await ImapAsync());
        var (exit, said) = await CurlAsync(Good, mechanism, [.. options, .. envelope, address]);
        Assert.True(exit == 0, said);
        Assert.Equal("2", Letter.In(Assert.Single(await ImapAsync()).Value).Name);
    }

    [SkippableFact]
    public async Task Pythons_imaplib_logs_in_with_a_token()
    {
        var said = await Tool.PythonAsync(
            Home,
            "imap_token.py",
            $"{Cloud["imaps"]}",
            MailServer.Alice,
            Good,
            "another"
        );
        Assert.Equal("refused\nOK\n", said.Replace("\r", "", StringComparison.Ordinal));
    }
}
