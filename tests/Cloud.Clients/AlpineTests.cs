namespace Cloud.Clients;

/// <summary>alpine on a terminal of its own, where its keys are typed.</summary>
public sealed class AlpineTests : ClientTests
{
    [SkippableTheory]
    [InlineData("tls")]
    [InlineData("starttls")]
    public async Task Reads_flags_deletes_and_saves(string security)
    {
        Tool.Require("alpine");
        Kept[] letters = [.. Enumerable.Range(1, 4).Select(i => new Kept("INBOX", "", Letter.Plain($"{i}")))];
        await FillAsync(letters, security);
        await AlpineAsync(security);
        Kept.AssertSame(
            [letters[0] with { Flags = "FS" }, letters[2] with { Mailbox = "Archive" }, letters[3]],
            await DumpAsync(security)
        );
    }

    /// <summary>Reads the first and flags it, deletes the second, and saves the third elsewhere.</summary>
    async Task AlpineAsync(string security)
    {
        var (port, way) = security == "tls" ? (Cloud["imaps"], "ssl") : (Cloud["imap"], "tls");
        var server = $"{{127.0.0.1:{port}/{way}/novalidate-cert/user={MailServer.Alice}}}";
        var configuration = Configure(
            "pinerc",
            $"""
            personal-name=Alice
            user-domain=example.test
            inbox-path={server}INBOX
            incoming-startup-rule=first
            sort-key=arrival
            feature-list=expunge-without-confirm,quit-without-confirm,auto-move-read-msgs,enable-flag-cmd,disable-password-caching,disable-password-file-saving
            last-version-used=6.26

            """
        );
        string[] dialogue =
        [
            "ENTER PASSWORD",
            $"{MailServer.AlicePassword}\\r",
            "NextMsg",
            "\\r",
            "ALL of message",
            "<",
            "FldrList",
            $"**nds{server}Archive\\rq",
        ];
        await Tool.PythonAsync(Home, "terminal.py", [.. dialogue, "--", "alpine", "-p", configuration, "-i"]);
    }
}
