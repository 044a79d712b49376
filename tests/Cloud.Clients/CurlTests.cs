using System.Text;

namespace Cloud.Clients;

public sealed class CurlTests : ClientTests
{
    const string Alice = $"{MailServer.Alice}:{MailServer.AlicePassword}";
    const string Bob = $"{MailServer.Bob}:{MailServer.BobPassword}";

    static readonly Letter Letter = Letter.Of(
        "curl",
        "From: bob@example.test\nDate: Sun, 22 Nov 2026 08:00:00 +0000\nMessage-ID: <curl@example.test>\n"
            + "Subject: curl\n\n.dot\n..\n\xe9t\xe9\nend\n"
    );

    [SkippableTheory]
    [InlineData("smtp", "smtp")]
    [InlineData("smtp", "smtp", "--ssl-reqd")]
    [InlineData("submission", "smtp", "--ssl-reqd", "--user", Bob)]
    [InlineData("submission", "smtp", "--ssl-reqd", "--user", Bob, "--login-options", "AUTH=PLAIN")]
    [InlineData("submission", "smtp", "--ssl-reqd", "--user", Bob, "--login-options", "AUTH=LOGIN")]
    [InlineData("submission", "smtp", "--ssl-reqd", "--user", Bob, "--login-options", "AUTH=SCRAM-SHA-256")]
    [InlineData("submissions", "smtps", "--user", Bob)]
    public async Task Sends(string port, string scheme, params string[] options)
    {
        Tool.Require("curl");
        Skip.If(
            options.Contains("AUTH=SCRAM-SHA-256") && !(await Tool.RunAsync(Home, "curl", "-V")).Contains("GSASL"),
            "this curl has no SCRAM"
        );
        await File.WriteAllBytesAsync(At("letter"), Letter.Bytes);
        string[] envelope = ["--mail-from", MailServer.Bob, "--mail-rcpt", MailServer.Alice, "-T", At("letter")];
        await CurlAsync([.. envelope, .. options, $"{scheme}://127.0.0.1:{Cloud[port]}/client.example"]);
        Letter.AssertSame([Letter], (await ImapAsync()).Values.Select(Letter.In));
    }

    [SkippableTheory]
    [InlineData("imap", "imap", "INBOX;UID=1")]
    [InlineData("imap", "imap", "INBOX;UID=1", "--ssl-reqd")]
    [InlineData("imaps", "imaps", "INBOX;MAILINDEX=1")]
    [InlineData("pop3", "pop3", "1")]
    [InlineData("pop3", "pop3", "1", "--ssl-reqd")]
    [InlineData("pop3", "pop3", "1", "--login-options", "AUTH=PLAIN")]
    [InlineData("pop3s", "pop3s", "1")]
    public async Task Reads(string port, string scheme, string path, params string[] options)
    {
        Tool.Require("curl");
        await SendAsync(Letter);
        await CurlAsync(["--user", Alice, .. options, "-o", At("in"), $"{scheme}://127.0.0.1:{Cloud[port]}/{path}"]);
        Letter.AssertSame([Letter], [Letter.In(await File.ReadAllBytesAsync(At("in")))]);
    }

    [SkippableFact]
    public async Task Lists_and_deletes_by_pop3()
    {
        Tool.Require("curl");
        await SendAsync(Letter.Plain("1"), Letter.Plain("2"));
        var address = $"pop3://127.0.0.1:{Cloud["pop3"]}/";
        var listed = await CurlAsync("--user", Alice, address);
        Assert.Equal(2, listed.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("letter 1", await CurlAsync("--user", Alice, "-X", "TOP 1 0", address));
        await CurlAsync("--user", Alice, "-X", "DELE", "-I", address + "1");
        Assert.Equal("2", Assert.Single((await ImapAsync()).Values.Select(Letter.In)).Name);
    }

    [SkippableTheory]
    [InlineData("imap", "imap")]
    [InlineData("imap", "imap", "--ssl-reqd")]
    [InlineData("imaps", "imaps")]
    public async Task Appends_and_searches_by_imap(string port, string scheme, params string[] options)
    {
        Tool.Require("curl");
        await File.WriteAllBytesAsync(At("letter"), Letter.NoFinalNewline.Bytes);
        var address = $"{scheme}://127.0.0.1:{Cloud[port]}";
        await CurlAsync(["--user", Alice, .. options, "-T", At("letter"), $"{address}/Archive"]);
        var kept = Assert.Single(await ImapAsync("Archive"));
        Assert.Equal(Letter.NoFinalNewline.Bytes, kept.Value);
        Assert.Contains(
            $"* SEARCH {kept.Key}",
            await CurlAsync(["--user", Alice, .. options, $"{address}/Archive?SUBJECT%20open", "-X", "UID SEARCH ALL"])
        );
    }

    [SkippableFact]
    public async Task A_wrong_password_and_a_foreign_recipient_are_refused()
    {
        Tool.Require("curl");
        const int LoginDenied = 67;
        string[] wrong = ["-sS", "-m", "60", "--user", $"{MailServer.Alice}:wrong"];
        var (pop3, _) = await Tool.TryAsync(Home, "curl", [.. wrong, $"pop3://127.0.0.1:{Cloud["pop3"]}/1"]);
        var (imap, _) = await Tool.TryAsync(Home, "curl", [.. wrong, $"imap://127.0.0.1:{Cloud["imap"]}/INBOX"]);
        Assert.Equal((LoginDenied, LoginDenied), (pop3, imap));

        await File.WriteAllBytesAsync(At("letter"), Letter.Bytes);
        var relay = await Tool.TryAsync(
            Home,
            "curl",
            [
                "-sSv",
                "--mail-from",
                "x@elsewhere.example",
                "--mail-rcpt",
                "y@elsewhere.example",
                "-T",
                At("letter"),
                $"smtp://127.0.0.1:{Cloud["smtp"]}",
            ]
        );
        Assert.NotEqual(0, relay.ExitCode);
        Assert.Contains("550 5.7.1", relay.Output, StringComparison.Ordinal);
    }

    Task<string> CurlAsync(params string[] arguments) =>
        Tool.RunAsync(Home, "curl", ["-sS", "-k", "-m", "60", .. arguments]);
}
