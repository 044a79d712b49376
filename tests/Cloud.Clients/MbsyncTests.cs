using System.Text;

namespace Cloud.Clients;

/// <summary>mbsync (isync): a Maildir kept in step with the server, both ways.</summary>
public sealed class MbsyncTests : ClientTests
{
    [SkippableFact]
    public async Task Pulls_200_messages_and_has_nothing_to_do_the_second_time()
    {
        Tool.Require("mbsync");
        var letters = Enumerable.Range(1, 200).Select(i => Letter.Plain($"{i}")).ToList();
        await SendAsync(letters);
        await SyncAsync();
        Letter.AssertSame(letters.Select(letter => letter.WithUnixLines()), Files().Select(Pulled));

        var before = Listing();
        await SyncAsync();
        Assert.Equal(before, Listing());
        Assert.Equal(200, (await ImapAsync()).Count);
    }

    [SkippableFact]
    public async Task Ugly_letters_are_pulled_octet_for_octet()
    {
        Tool.Require("mbsync");
        // mbsync itself refuses what has NUL in it, and what lacks the empty line after the header.
        var letters = Letter.Ugly.Where(letter => letter.Name is not ("nuls" or "no-body")).ToList();
        await SendAsync(letters);
        await SyncAsync();
        Letter.AssertSame(letters.Select(letter => letter.WithUnixLines()), Files().Select(Pulled));
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

    Task<string> SyncAsync()
    {
        Directory.CreateDirectory(At("mail"));
        var configuration = Configure(
            "mbsyncrc",
            $"""
            IMAPAccount cloud
            Host 127.0.0.1
            Port {Cloud["imap"]}
            User {MailServer.Alice}
            Pass "{MailServer.AlicePassword}"
            SSLType None
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
    static byte[] WithoutMark(byte[] bytes) =>
        Encoding.Latin1.GetBytes(
            System.Text.RegularExpressions.Regex.Replace(
                Encoding.Latin1.GetString(bytes),
                "^X-TUID: .*\n",
                "",
                System.Text.RegularExpressions.RegexOptions.Multiline
            )
        );

    async Task<int> CountAsync(string criterion)
    {
        var found = await ImapRunAsync("SEARCH", criterion);
        return found.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Length;
    }

    Task<string> ImapRunAsync(string action, string argument) =>
        Tool.PythonAsync(
            Home,
            "imap_run.py",
            $"{Cloud["imap"]}",
            MailServer.Alice,
            MailServer.AlicePassword,
            action,
            argument
        );
}
