namespace Cloud.Clients;

/// <summary>python's smtplib, poplib and imaplib.</summary>
public sealed class PythonTests : ClientTests
{
    [SkippableFact]
    public async Task Ugly_letters_come_back_octet_for_octet()
    {
        await SendAsync([.. Letter.Ugly, Letter.NoFinalNewline]);
        Letter.AssertSame([.. Letter.Ugly, Letter.NoFinalNewline], (await ImapAsync()).Values.Select(Letter.In));

        // RETR must end a message in CRLF where it does not itself.
        var ended = Letter.NoFinalNewline with
        {
            Bytes = [.. Letter.NoFinalNewline.Bytes, .. "\r\n"u8],
        };
        Letter.AssertSame([.. Letter.Ugly, ended], (await Pop3Async()).Values.Select(Letter.In));
    }

    [SkippableFact]
    public async Task A_large_attachment_comes_back_octet_for_octet()
    {
        var large = Letter.Large();
        await SendAsync(large);
        Letter.AssertSame([large], (await ImapAsync()).Values.Select(Letter.In));
        Letter.AssertSame([large], (await Pop3Async()).Values.Select(Letter.In));
    }

    [SkippableTheory]
    [InlineData("imap", "imap_fetch.py", "starttls")]
    [InlineData("imaps", "imap_fetch.py", "tls")]
    [InlineData("pop3", "pop3_fetch.py", "stls")]
    [InlineData("pop3s", "pop3_fetch.py", "tls")]
    public async Task Mail_is_submitted_and_read_over_tls(string port, string script, string tls)
    {
        var folder = Directory.CreateDirectory(At("out")).FullName;
        var letter = Letter.Plain("over-tls");
        await File.WriteAllBytesAsync(Path.Combine(folder, "1"), letter.Bytes);
        string[] bob = [MailServer.Bob, MailServer.BobPassword];
        await Tool.PythonAsync(Home, "send.py", [$"{Cloud["submission"]}", MailServer.Alice, folder, .. bob]);

        string[] alice = [MailServer.Alice, MailServer.AlicePassword];
        string[] mailbox = port.StartsWith("imap", StringComparison.Ordinal) ? ["INBOX"] : [];
        await Tool.PythonAsync(Home, script, [$"{Cloud[port]}", .. alice, .. mailbox, At("in"), tls]);
        Letter.AssertSame([letter], [Letter.In(await File.ReadAllBytesAsync(At("in/1")))]);
    }

    [SkippableTheory]
    [InlineData("tls")]
    [InlineData("starttls")]
    public async Task Odd_messages_are_appended_and_read_octet_for_octet_with_their_flags(string security)
    {
        Kept[] all =
        [
            .. Kept.Of("INBOX", Letter.Odd),
            .. Kept.Of("B\u00fccher & M\u00e4rkte/\u65e5\u672c\u8a9e", Letter.Odd),
        ];
        await FillAsync(all, security);
        Kept.AssertSame(all, await DumpAsync(security));
    }

    [SkippableTheory]
    [InlineData("tls")]
    [InlineData("starttls")]
    public async Task Each_command_of_imaplib_is_answered_as_it_expects(string security)
    {
        string[] alice = [MailServer.Alice, MailServer.AlicePassword];
        await Tool.PythonAsync(
            Home,
            "imap_commands.py",
            [$"{Cloud[security == "tls" ? "imaps" : "imap"]}", .. alice, security]
        );
    }

    [SkippableFact]
    public async Task What_is_deleted_by_pop3_is_gone_for_imap()
    {
        await SendAsync(Letter.Plain("1"), Letter.Plain("2"));
        string[] alice = [MailServer.Alice, MailServer.AlicePassword];
        await Tool.PythonAsync(Home, "pop3_fetch.py", [$"{Cloud["pop3"]}", .. alice, At("in"), "delete"]);
        Assert.Empty(await ImapAsync());
    }
}
