namespace Cloud.Clients;

/// <summary>neomutt on a terminal of its own, over TLS, with a cache of headers that CONDSTORE and QRESYNC bring up to date.</summary>
public sealed class NeomuttTests : ClientTests
{
    const int Many = 100;

    [SkippableTheory]
    [InlineData("tls")]
    [InlineData("starttls")]
    public async Task What_others_changed_comes_into_its_cache_and_what_it_does_reaches_the_server(string security)
    {
        Tool.Require("neomutt", "script");
        var letters = Enumerable.Range(0, Many).Select(i => Letter.Plain($"nr-{i:D3}")).ToList();
        await FillAsync(letters.Select(letter => new Kept("INBOX", "", letter)), security);
        await NeomuttAsync(security, "=INBOX", "<first-entry><display-message><exit>");

        // Others flag nr-002, remove nr-090 and bring one; then it goes by what it finds in its list.
        await ImapRunAsync("FLAG", "3");
        await ImapRunAsync("STORE", "nr-090");
        await FillAsync([new("INBOX", "F", Letter.Plain("late"))], security);
        await NeomuttAsync(
            security,
            "=INBOX",
            Each("~F", "<copy-message>=Archive<enter>")
                // The server searches for what is written =b.
                + Each("=b nr-02", "<save-message>=Gelesen<enter>")
                + Each("~s nr-03", "<set-flag>!")
                + Each("~s nr-04", "<delete-message>")
        );
        Kept[] late = [new("INBOX", "F", Letter.Plain("late")), new("Archive", "F", Letter.Plain("late"))];
        Kept.AssertSame(
            [.. letters.Select(After).OfType<Kept>(), new("Archive", "F", letters[2]), .. late],
            await DumpAsync(security)
        );
    }

    [SkippableTheory]
    [InlineData("tls")]
    [InlineData("starttls")]
    public async Task Odd_messages_come_and_go_octet_for_octet(string security)
    {
        Tool.Require("neomutt", "script");
        // It ends a header itself where the message does not.
        var letters = Letter.Odd.Where(letter => letter.Name != "no-body").ToList();
        // A mailbox that is not there it makes for copies alone, not for what it appends.
        var there = new Kept("Sp\u00e4t/tief", "", Letter.Plain("there"));
        await FillAsync([.. Kept.Of("Fr\u00fch", letters), there], security);
        await NeomuttAsync(security, "=Fr\u00fch", Each(".", $"<copy-message>{At("local")}<enter>"));
        var copied = Directory.EnumerateFiles(At("local"), "*", SearchOption.AllDirectories).ToList();
        Letter.AssertSame(
            letters.Select(letter => letter.WithUnixLines()),
            copied.Select(file => Letter.In(WithoutCounts(File.ReadAllBytes(file))))
        );

        await NeomuttAsync(security, At("local"), Each(".", "<copy-message>=Sp\u00e4t/tief<enter>"));
        Letter.AssertSame(
            [.. letters, there.Letter],
            (await DumpAsync(security, WithoutCounts))
                .Where(kept => kept.Mailbox == "Sp\u00e4t/tief")
                .Select(kept => kept.Letter)
        );
    }

    /// <summary>Where a letter of the first test is in the end; null: nowhere.</summary>
    static Kept? After(Letter letter) =>
        letter.Name switch
        {
            "nr-000" => new("INBOX", "S", letter),
            "nr-002" => new("INBOX", "F", letter),
            "nr-090" => null,
            ['n', 'r', '-', '0', '2', ..] => new("Gelesen", "", letter),
            ['n', 'r', '-', '0', '3', ..] => new("INBOX", "F", letter),
            ['n', 'r', '-', '0', '4', ..] => null,
            _ => new("INBOX", "", letter),
        };

    /// <summary>Keys that do something with all messages of a pattern.</summary>
    static string Each(string pattern, string keys) =>
        $"<tag-pattern>{pattern}<enter><tag-prefix>{keys}<untag-pattern>.<enter>";

    async Task NeomuttAsync(string security, string mailbox, string keys)
    {
        var (scheme, port) = security == "tls" ? ("imaps", Cloud["imaps"]) : ("imap", Cloud["imap"]);
        var configuration = Configure(
            "neomuttrc",
            $"""
            set imap_user="{MailServer.Alice}" imap_pass="{MailServer.AlicePassword}"
            set folder="{scheme}://127.0.0.1:{port}/"
            set spoolfile="=INBOX" record="" postponed="=Drafts" mbox_type=Maildir
            set certificate_file="{Certificate}" ssl_verify_host=no ssl_starttls=yes ssl_force_tls=yes
            set confirmappend=no confirmcreate=no delete=yes move=no quit=yes wait_key=no sleep_time=0
            set sort=mailbox-order mail_check=0 imap_check_subscribed=no timeout=1
            set header_cache="{At("cache")}" imap_condstore=yes imap_qresync=yes
            set charset=utf-8 abort_key="\Cg"
            push "{keys}<sync-mailbox><exit>"

            """
        );
        await Tool.RunAsync(Home, "script", "-qec", $"neomutt -n -F {configuration} -f '{mailbox}'", "/dev/null");
    }

    /// <summary>It writes into what it copies how long that is, and its flags.</summary>
    static byte[] WithoutCounts(byte[] bytes) => Letter.Without(bytes, "Content-Length", "Lines", "Status", "X-Status");
}
