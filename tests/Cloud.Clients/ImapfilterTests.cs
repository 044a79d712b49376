namespace Cloud.Clients;

/// <summary>imapfilter: what its searches find is copied, moved, flagged and deleted.</summary>
public sealed class ImapfilterTests : ClientTests
{
    static readonly Letter Large = Letter.Of("large", $"Subject: large\n\n{new string('x', 60)}\n{Filler(3000)}");

    static readonly Letter Old = Letter.Of(
        "old",
        "From: Ada <ada@example.test>\nDate: Sat, 1 Jan 2000 12:00:00 +0000\nSubject: Gr\u00c3\u00bc\u00c3\u009fe\n\nlong ago\n"
    );

    static readonly Letter Listed = Letter.Of(
        "listed",
        "From: Ada <ada@example.test>\nCc: bob@example.test\nList-Id: <news.example.test>\nSubject: news\n\nthe needle\n"
    );

    [SkippableTheory]
    [InlineData("tls")]
    [InlineData("starttls")]
    public async Task What_it_finds_it_files_flags_and_deletes(string security)
    {
        Tool.Require("imapfilter");
        var letters = Letter.Odd.Concat([Large, Old, Listed, Letter.Plain("plain")]).ToList();
        await FillAsync(letters.Select(letter => new Kept("INBOX", letter == Old ? "F" : "", letter)), security);
        await FilterAsync(
            security,
            """
            account:create_mailbox('Filed/news')
            account:create_mailbox('Copies')
            inbox:contain_field('List-Id', 'news.example.test'):move_messages(account['Filed/news'])
            old = inbox:is_flagged() * inbox:sent_before('01-Jan-2001') * inbox:contain_from('ada')
            old:copy_messages(account['Copies'])
            inbox:is_larger(100000):mark_flagged()
            inbox:match_header('^X-Letter: (dots|binary)'):mark_seen()
            inbox:match_body('letter plain'):mark_answered()
            inbox:contain_subject('blank'):delete_messages()
            rest = inbox:is_unseen() - inbox:contain_subject('nuls') - inbox:is_flagged() - inbox:is_answered()
            rest:move_messages(account['Archive'])
            for _, message in ipairs(account['Filed/news']:select_all()) do
                local mailbox, uid = table.unpack(message)
                assert(string.find(mailbox[uid]:fetch_body(), 'the needle'))
            end
            account['Filed/news']:select_all():add_flags({'$Forwarded'})
            local names = account:list_all('Filed')
            assert(#names == 1 and names[1] == 'Filed/news')
            local exist, recent, unseen = account['Archive']:check_status()
            assert(exist == unseen)
            """
        );
        Kept.AssertSame(letters.SelectMany(After), await DumpAsync(security));
    }

    /// <summary>Where a letter lies after that.</summary>
    static IEnumerable<Kept> After(Letter letter) =>
        letter.Name switch
        {
            "listed" => [new("Filed/news", "P", letter)],
            "old" => [new("Copies", "F", letter), new("INBOX", "F", letter)],
            "large" => [new("INBOX", "F", letter)],
            "dots" or "binary" => [new("INBOX", "S", letter)],
            "plain" => [new("INBOX", "R", letter)],
            "nuls" => [new("INBOX", "", letter)],
            "blank-lines" => [],
            _ => [new("Archive", "", letter)],
        };

    static string Filler(int lines) =>
        string.Concat(Enumerable.Range(0, lines).Select(i => $"line {i} of a message that is large\n"));

    Task<string> FilterAsync(string security, string commands)
    {
        var configuration = Configure(
            "filter.lua",
            $$"""
            options.timeout = 60
            options.subscribe = true
            options.expunge = true
            options.certificates = false
            options.hostnames = false
            options.starttls = {{(security == "starttls" ? "true" : "false")}}
            account = IMAP {
                server = '127.0.0.1',
                port = {{Cloud[security == "tls" ? "imaps" : "imap"]}},
                username = '{{MailServer.Alice}}',
                password = '{{MailServer.AlicePassword}}',
                {{(security == "tls" ? "ssl = 'auto'," : "")}}
            }
            inbox = account.INBOX
            {{commands}}
            """
        );
        return Tool.RunAsync(Home, "imapfilter", "-t", Certificate, "-c", configuration);
    }
}
