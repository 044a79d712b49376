namespace Cloud.Clients;

/// <summary>mutt on a terminal of its own, driven by the keys of `push`.</summary>
public sealed class MuttTests : ClientTests
{
    [SkippableFact]
    public async Task Reads_flags_and_deletes()
    {
        await SendAsync(Letter.Plain("1"), Letter.Plain("2"), Letter.Plain("3"));
        await MuttAsync(
            "INBOX",
            "<first-entry><display-message><exit><next-entry><flag-message><next-entry><delete-message>"
        );
        Assert.Equal(["1", "2"], await NamesAsync("INBOX"));
        Assert.Equal("1", await SearchAsync("SEEN"));
        Assert.Equal("2", await SearchAsync("FLAGGED"));
    }

    [SkippableTheory]
    [InlineData("tls")]
    [InlineData("starttls")]
    public async Task Copies_and_moves_to_other_mailboxes(string security)
    {
        await SendAsync(Letter.Plain("1"), Letter.Plain("2"));
        await MuttAsync(
            "INBOX",
            "<first-entry><copy-message>=Archive<enter><next-entry>"
                + "<first-entry><next-entry><save-message>=Trash<enter>",
            security
        );
        Assert.Equal(["1"], await NamesAsync("INBOX"));
        Assert.Equal(["1"], await NamesAsync("Archive"));
        Assert.Equal(["2"], await NamesAsync("Trash"));
        Letter.AssertSame([Letter.Plain("1")], (await ImapAsync("Archive")).Values.Select(Letter.In));
    }

    [SkippableFact]
    public async Task Appends_a_message_of_its_own()
    {
        var letter = Letter.Plain("from-a-file").WithUnixLines();
        await File.WriteAllBytesAsync(
            At("mbox"),
            [.. "From bob Sun Nov 22 08:00:00 2026\n"u8, .. letter.Bytes, .. "\n"u8]
        );
        await MuttAsync(At("mbox"), "<first-entry><copy-message>=Drafts<enter>");
        Assert.Equal(["from-a-file"], await NamesAsync("Drafts"));
    }

    [SkippableFact]
    public async Task Notices_new_mail_while_it_is_open()
    {
        await SendAsync(Letter.Plain("1"));
        // The shell command sends while mutt has the mailbox open; mutt then looks and takes the newest.
        var folder = Directory.CreateDirectory(At("later")).FullName;
        await File.WriteAllBytesAsync(Path.Combine(folder, "1"), Letter.Plain("2").Bytes);
        var script = Path.Combine(AppContext.BaseDirectory, "Scripts", "send.py");
        var send = Configure("later.sh", $"{Tool.Python} {script} {Cloud["smtp"]} {MailServer.Alice} {folder}\n");
        await MuttAsync(
            "INBOX",
            $"<shell-escape>sh {send}<enter><imap-fetch-mail><check-stats><last-entry><flag-message>"
        );
        Assert.Equal(["1", "2"], await NamesAsync("INBOX"));
        Assert.Equal("2", await SearchAsync("FLAGGED"));
    }

    async Task MuttAsync(string folder, string keys, string security = "none")
    {
        Tool.Require("mutt", "script");
        var (scheme, port) = security == "tls" ? ("imaps", Cloud["imaps"]) : ("imap", Cloud["imap"]);
        var starttls = security == "starttls" ? "yes" : "no";
        var configuration = Configure(
            "muttrc",
            $"""
            set imap_user="{MailServer.Alice}" imap_pass="{MailServer.AlicePassword}"
            set folder="{scheme}://127.0.0.1:{port}/"
            set spoolfile="=INBOX" record="" postponed="=Drafts"
            set ssl_starttls={starttls} ssl_force_tls={starttls}
            set certificate_file="{Certificate}" ssl_verify_host=no sleep_time=0
            set confirmappend=no confirmcreate=no delete=yes move=no quit=yes wait_key=no
            set sort=date-received mail_check=0 imap_check_subscribed=no header_cache="" timeout=1
            set abort_key="\Cg"

            """
        );
        var mailbox = folder.StartsWith('/') ? folder : "=" + folder;
        var command = $"mutt -n -F {configuration} -f {mailbox} -e 'push \"{keys}<sync-mailbox><exit>\"'";
        await Tool.RunAsync(Home, "script", "-qec", command, "/dev/null");
    }

    async Task<IEnumerable<string>> NamesAsync(string mailbox) =>
        (await ImapAsync(mailbox)).Values.Select(bytes => Letter.In(bytes).Name).Order();

    async Task<string> SearchAsync(string criterion) => (await ImapRunAsync("SEARCH", criterion)).Trim();
}
