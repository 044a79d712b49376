using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Cloud.Clients;

/// <summary>offlineimap: Maildirs kept in step with the server, both ways.</summary>
public sealed class OfflineImapTests : ClientTests
{
    const int Many = 100;

    const int MaxTries = 3;

    /// <summary>It parses each message by python's email, which puts an empty line behind a header that has none.</summary>
    static IEnumerable<Letter> Odd => Letter.Odd.Where(letter => letter.Name != "no-body");

    /// <summary>Its way up, python's email again, fails of octets in a header that are no UTF-8.</summary>
    static IEnumerable<Letter> OddUp => Odd.Where(letter => letter.Name != "eight-bit");

    string Mail => At("mail");

    [SkippableTheory]
    [InlineData("tls")]
    [InlineData("starttls")]
    public async Task Messages_flags_and_deletions_go_both_ways(string security)
    {
        Tool.Require("offlineimap");
        List<Kept> all =
        [
            .. Kept.Of("INBOX", Enumerable.Range(0, Many).Select(i => Letter.Plain($"nr-{i:D3}"))),
            .. Kept.Of("Projekte/\u00c4pfel & Birnen/\u65e5\u672c\u8a9e", Odd),
        ];
        await FillAsync(all, security);
        await SyncAsync(security);
        AssertSame(all);

        // Here: mailboxes and messages come to be, flags change, a message goes.
        List<Kept> own =
        [
            .. Kept.Of("Tief", [Letter.Plain("above")]),
            .. Kept.Of("Tief/gr\u00f6\u00dfer", OddUp),
            .. Kept.Of("INBOX", [Letter.Plain("own")]),
        ];
        Kept.Write(Mail, own.Select(kept => kept.WithUnixLines()), maildir: true);
        Reflag("nr-001", "FRS");
        Reflag("nr-002", "");
        File.Delete(FileOf("nr-003"));
        // There: the same to others.
        await ImapRunAsync("FLAG", $"{UidOf("nr-007")}");
        await ImapRunAsync("STORE", "nr-008");
        await SyncAsync(security);
        List<Kept> now =
        [
            .. all.Select(kept =>
                    kept.Letter.Name switch
                    {
                        "nr-001" => kept with { Flags = "FRS" },
                        "nr-002" => kept with { Flags = "" },
                        "nr-007" => kept with { Flags = "FS" },
                        _ => kept,
                    }
                )
                .Where(kept => kept.Letter.Name is not ("nr-003" or "nr-008")),
            .. own,
        ];
        Kept.AssertSame(now, await DumpAsync(security));
        AssertSame(now);

        var before = Listing();
        await SyncAsync(security);
        Assert.Equal(before, Listing());
        Kept.AssertSame(now, await DumpAsync(security));
    }

    void AssertSame(IEnumerable<Kept> expected) =>
        Kept.AssertSame(expected.Select(kept => kept.WithUnixLines()), Kept.In(Mail));

    async Task<string> SyncAsync(string security)
    {
        using var certificate = X509CertificateLoader.LoadCertificateFromFile(Certificate);
        var configuration = Configure(
            "offlineimaprc",
            $"""
            [general]
            accounts = cloud
            metadata = {At("metadata")}
            ui = basic
            socktimeout = 20
            fsync = no

            [Account cloud]
            localrepository = near
            remoterepository = far
            utf8foldernames = yes

            [Repository near]
            type = Maildir
            localfolders = {Mail}
            sep = /

            [Repository far]
            type = IMAP
            remotehost = 127.0.0.1
            remoteport = {Cloud[security == "tls" ? "imaps" : "imap"]}
            remoteuser = {MailServer.Alice}
            remotepass = {MailServer.AlicePassword}
            ssl = {(security == "tls" ? "yes" : "no")}
            starttls = {(security == "tls" ? "no" : "yes")}
            cert_fingerprint = {certificate.GetCertHashString(HashAlgorithmName.SHA256)}

            """
        );
        for (var tries = 1; ; tries++)
        {
            var (exitCode, output) = await Tool.TryAsync(Home, "offlineimap", "-o", "-c", configuration);
            if (exitCode == 0)
                return output;
            // Its library reads and writes TLS by two threads, and now and then loses the first command behind the server's tickets.
            if (
                tries == MaxTries
                || !output.Contains("Failed to start TLS connection: command: CAPABILITY", StringComparison.Ordinal)
            )
                throw new InvalidOperationException($"offlineimap ended with {exitCode}: {output}");
        }
    }

    string FileOf(string name) =>
        Directory
            .EnumerateFiles(Path.Combine(Mail, "INBOX"), "*", SearchOption.AllDirectories)
            .Single(file => Letter.In(File.ReadAllBytes(file)).Name == name);

    /// <summary>It is in the name that offlineimap gives a file.</summary>
    string UidOf(string name) =>
        Path.GetFileName(FileOf(name)).Split(',').Single(part => part.StartsWith("U=", StringComparison.Ordinal))[2..];

    void Reflag(string name, string flags)
    {
        var file = FileOf(name);
        File.Move(file, file.Replace("/new/", "/cur/", StringComparison.Ordinal).Split(":2,")[0] + ":2," + flags);
    }

    string[] Listing() =>
        [.. Directory.EnumerateFiles(Mail, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
}
