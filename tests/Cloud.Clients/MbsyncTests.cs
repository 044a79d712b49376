namespace Cloud.Clients;

/// <summary>mbsync (isync): a Maildir kept in step with the server, both ways.</summary>
public sealed class MbsyncTests : ClientTests
{
    const int Half = 500;

    /// <summary>mbsync itself refuses what has NUL in it, and what lacks the empty line after the header.</summary>
    static IEnumerable<Letter> Odd => Letter.Odd.Where(letter => letter.Name is not ("nuls" or "no-body"));

    [SkippableTheory]
    [InlineData("tls")]
    [InlineData("starttls")]
    public async Task A_thousand_messages_go_both_ways_and_then_there_is_nothing_to_do(string security)
    {
        Tool.Require("mbsync");
        List<Kept> there =
        [
            .. Kept.Of("INBOX", Enumerable.Range(0, Half).Select(i => Letter.Plain($"{i}"))),
            .. Kept.Of("Projekte/tief", Odd),
        ];
        List<Kept> here =
        [
            .. Kept.Of("INBOX", Enumerable.Range(Half, Half).Select(i => Letter.Plain($"{i}"))),
            .. Kept.Of("&ANw-bersicht/tief", Odd),
        ];
        await FillAsync(there, security);
        Kept.Write(At("mail"), here.Select(kept => kept.WithUnixLines()), maildir: true);
        await SyncAsync(security);
        IEnumerable<Kept> all = [.. there, .. here];
        Kept.AssertSame(all.Select(kept => kept.WithUnixLines()), Kept.In(At("mail"), WithoutMark));
        // It keeps names as IMAP4rev1 writes them.
        Kept.AssertSame(
            all.Select(kept => kept with { Mailbox = kept.Mailbox.Replace("&ANw-", "\u00dc") }),
            await DumpAsync(security, WithoutMark)
        );

        var before = Listing();
        await SyncAsync(security);
        Assert.Equal(before, Listing());
        Assert.Equal(2 * Half, (await ImapAsync()).Count);
    }

    [SkippableFact]
    public async Task Flags_new_messages_and_deletions_go_both_ways()
    {
        Tool.Require("mbsync");
        await SendAsync(Letter.Plain("stays"), Letter.Plain("goes-here"), Letter.Plain("goes-there"));
        await SyncAsync();

        // Here: one is read and flagged, one removed, one comes to be.
        Flag(File("stays"), "FS");
        Flag(File("goes-here"), "T");
        var own = Letter.Plain("from-here").WithUnixLines();
        await System.IO.File.WriteAllBytesAsync(At("mail/INBOX/cur/1.own.here:2,S"), own.Bytes);
        await SyncAsync();
        var names = (await ImapAsync()).Values.Select(Pushed).Select(letter => letter.Name);
        Assert.Equal(["from-here", "goes-there", "stays"], names.Order());
        Assert.Equal(1, await CountAsync("FLAGGED SEEN"));
        Assert.Equal(2, await CountAsync("SEEN"));
        Letter.AssertSame(
            [Letter.Plain("from-here")],
            (await ImapAsync()).Values.Select(Pushed).Where(letter => letter.Name == "from-here")
        );

        // There: one is removed, one comes.
        await ImapRunAsync("STORE", "goes-there");
        await SendAsync(Letter.Plain("from-there"));
        await SyncAsync();
        Assert.Equal(["from-here", "from-there", "stays"], Files().Select(f => Pulled(f).Name).Order());

        var before = Listing();
        await SyncAsync();
        Assert.Equal(before, Listing());
    }

    [SkippableFact]
    public async Task Mailboxes_are_made_on_either_side()
    {
        Tool.Require("mbsync");
        await SyncAsync();
        foreach (var part in new[] { "cur", "new", "tmp" })
            Directory.CreateDirectory(At($"mail/Projekte/{part}"));
        var own = Letter.Plain("in-a-new-mailbox").WithUnixLines();
        await System.IO.File.WriteAllBytesAsync(At("mail/Projekte/cur/1.own.here:2,"), own.Bytes);
        await SyncAsync();
        Assert.Equal("in-a-new-mailbox", Pushed(Assert.Single((await ImapAsync("Projekte")).Values)).Name);
        Assert.True(Directory.Exists(At("mail/Sent")));
    }

    Task<string> SyncAsync(string security = "none")
    {
        Directory.CreateDirectory(At("mail"));
        var configuration = Configure(
            "mbsyncrc",
            $"""
            FSync no

            IMAPAccount cloud
            Host 127.0.0.1
            Port {Cloud[security == "tls" ? "imaps" : "imap"]}
            User {MailServer.Alice}
            Pass "{MailServer.AlicePassword}"
            SSLType {security switch
            {
                "tls" => "IMAPS",
                "starttls" => "STARTTLS",
                _ => "None",
            }}
            CertificateFile {Certificate}
            AuthMechs LOGIN

            IMAPStore far
            Account cloud

            MaildirStore near
            Path {At("mail")}/
            Inbox {At("mail/INBOX")}
            SubFolders Verbatim

            Channel all
            Far :far:
            Near :near:
            Patterns *
            Create Both
            Expunge Both
            SyncState *

            """
        );
        return Tool.RunAsync(Home, "mbsync", "-c", configuration, "-a");
    }

    IEnumerable<string> Files() =>
        Directory.EnumerateFiles(At("mail/INBOX/cur")).Concat(Directory.EnumerateFiles(At("mail/INBOX/new")));

    string[] Listing() =>
        [
            .. Directory
                .EnumerateFiles(At("mail"), "*", SearchOption.AllDirectories)
                .Where(file => !Path.GetFileName(file).StartsWith('.'))
                .Order(StringComparer.Ordinal),
        ];

    string File(string name) => Files().Single(file => Pulled(file).Name == name);

    static void Flag(string file, string flags) =>
        System.IO.File.Move(
            file,
            file.Replace("/new/", "/cur/", StringComparison.Ordinal).Split(":2,")[0] + ":2," + flags
        );

    static Letter Pulled(string file) => Letter.In(WithoutMark(System.IO.File.ReadAllBytes(file)));

    static Letter Pushed(byte[] stored) => Letter.In(WithoutMark(stored));

    /// <summary>mbsync adds a header of its own to find a copy again.</summary>
    static byte[] WithoutMark(byte[] bytes) => Letter.Without(bytes, "X-TUID");

    async Task<int> CountAsync(string criterion)
    {
        var found = await ImapRunAsync("SEARCH", criterion);
        return found.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Length;
    }
}
