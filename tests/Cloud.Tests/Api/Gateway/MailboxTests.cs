using Cloud.Api.Gateway;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;
using Cloud.Store.Search;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Api.Gateway;

public abstract class MailboxTests(Hop hop) : GatewayTests(hop)
{
    [Theory]
    [InlineData("Inbox", Refusal.AlreadyExists)]
    [InlineData("", Refusal.Invalid)]
    [InlineData("a//b", Refusal.Invalid)]
    [InlineData("a/", Refusal.Invalid)]
    [InlineData("a\u0001", Refusal.Invalid)]
    [InlineData("a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s/t/u", Refusal.Invalid)]
    [InlineData("Shared", Refusal.CannotBe)]
    [InlineData("Other Users/bob@example.test/INBOX", Refusal.CannotBe)]
    [InlineData("Sharedness", Refusal.None)]
    [InlineData("Inbox/Work", Refusal.None)]
    [InlineData("A\u0308", Refusal.None)]
    public async Task Names_are_checked(string name, Refusal refusal)
    {
        var test = await OpenAsync();
        var created = await test.Gateway.CreateMailboxAsync(test.AliceId, name, MailboxRole.None, default);
        Assert.Equal(refusal, created.Refusal);
        if (created.IsOk)
            Assert.Equal(name.Normalize().Replace("Inbox", "INBOX", StringComparison.Ordinal), created.Value.Name);
    }

    [Fact]
    public async Task Half_a_character_is_no_name()
    {
        var test = await OpenAsync();
        var created = await test.Gateway.CreateMailboxAsync(test.AliceId, "a\uD800", MailboxRole.None, default);
        Assert.Equal(Refusal.Invalid, created.Refusal);
    }

    [Fact]
    public async Task A_uidvalidity_is_never_used_again()
    {
        var test = await OpenAsync();
        var seen = (await test.Gateway.ListMailboxesAsync(test.AliceId, default))
            .Select(m => m.UidValidity)
            .ToHashSet();
        for (var i = 0; i < 5; i++)
        {
            var made = await test.Gateway.CreateMailboxAsync(test.AliceId, "Again", MailboxRole.None, default);
            Assert.True(seen.Add(made.Value!.UidValidity));
            Assert.True(seen.Max() == made.Value.UidValidity);
            await test.Gateway.DeleteMailboxAsync(test.AliceId, made.Value.Id, default);
        }
    }

    [Fact]
    public async Task Big_sets_are_copied_moved_flagged_and_expunged_whole()
    {
        var test = await OpenAsync();
        for (var i = 0; i < 300; i++)
            await test.ReceiveAsync($"{i}", TestBackend.Alice);
        var archive = (await test.MailboxAsync(test.AliceId, "Archive")).Id;
        var trash = (await test.MailboxAsync(test.AliceId, "Trash")).Id;
        var inbox = MailboxRow.Inbox;

        var copied = await test.Gateway.CopyAsync(new(test.AliceId, inbox, UidSet.All, archive), default);
        Assert.Equal(Enumerable.Range(1, 300).Select(i => ((uint)i, (uint)i)), copied.Value!.Uids);
        var moved = await test.Gateway.MoveAsync(new(test.AliceId, inbox, UidSet.All, trash), default);
        Assert.Equal(300, moved.Value!.Uids.Count);
        var flagged = await test.Gateway.StoreFlagsAsync(
            new(test.AliceId, trash, UidSet.All, FlagAction.Add, MessageFlags.Deleted, [], null),
            default
        );
        Assert.Equal(300, flagged.Value!.Entries.Count);
        var expunged = await test.Gateway.ExpungeAsync(test.AliceId, trash, UidSet.All, true, default);
        Assert.Equal("1:300", expunged.Value!.Uids.ToString());

        var view = await test.OpenAsync(test.AliceId, "Archive");
        Assert.Equal(300, view.Entries.Count);
        Assert.Equal("299", await test.ReadAsync(test.AliceId, view.Entries[299].Email));
        Assert.Equal(301u, (await test.MailboxAsync(test.AliceId, "INBOX")).UidNext);
    }

    [Fact]
    public async Task A_message_changed_since_is_left_alone()
    {
        var test = await OpenAsync();
        await test.ReceiveAsync("a", TestBackend.Alice);
        var view = await test.OpenAsync(test.AliceId);
        await test.ReceiveAsync("b", TestBackend.Alice);
        var result = await test.Gateway.StoreFlagsAsync(
            new(test.AliceId, new(1), UidSet.All, FlagAction.Replace, MessageFlags.Seen, [], view.Revision),
            default
        );
        Assert.Equal("2", result.Value!.Modified.ToString());
        Assert.Equal([1u], result.Value.Entries.Select(entry => entry.Uid));
    }

    [Fact]
    public async Task A_full_account_takes_no_more()
    {
        var test = await OpenAsync(options: new() { SoleOwner = true, Quota = 10 });
        Assert.True((await test.AppendAsync(test.AliceId, "Sent", "123456")).IsOk);
        Assert.Equal(Refusal.OverQuota, (await test.AppendAsync(test.AliceId, "Sent", "123456")).Refusal);
        var sent = (await test.MailboxAsync(test.AliceId, "Sent")).Id;
        var copied = await test.Gateway.CopyAsync(new(test.AliceId, sent, UidSet.All, new(1)), default);
        Assert.Equal(Refusal.OverQuota, copied.Refusal);
        var to = Cloud.Mail.EmailAddress.TryParse(TestBackend.Alice)!;
        var verdict = await test.Gateway.CheckRecipientAsync(
            new(null, to, null, 5, System.Net.IPAddress.Loopback),
            default
        );
        Assert.Equal(RecipientVerdict.OverQuota, verdict);
    }

    [Fact]
    public async Task Sixteen_writers_in_four_processes_lose_nothing()
    {
        var rows = new MemoryRows();
        var blobs = new MemoryBlobs();
        var processes = new List<TestBackend>();
        for (var seed = 1ul; seed <= 4; seed++)
            processes.Add(await OpenAsync(rows, blobs, null, TimeProvider.System, new() { SoleOwner = false }, seed));
        var alice = processes[0].AliceId;
        await Task.WhenAll(
            Enumerable
                .Range(0, 16)
                .Select(writer =>
                    Task.Run(async () =>
                    {
                        for (var i = 0; i < 10; i++)
                            await processes[writer % 4].ReceiveAsync($"{writer} {i}", TestBackend.Alice);
                    })
                )
        );
        foreach (var process in processes)
            await process.Backend.Inbound.WorkAsync(default);
        var view = await processes[0].OpenAsync(alice);
        Assert.Equal(Enumerable.Range(1, 160).Select(uid => (uint)uid), view.Entries.Select(entry => entry.Uid));
    }

    [Theory]
    [InlineData("subject", "GRÜSSE", "1")]
    [InlineData("from", "jürgen", "1")]
    [InlineData("from", "@x.test", "1:2")]
    [InlineData("x-odd", "", "2")]
    [InlineData("x-odd", "nothing", "")]
    public async Task Headers_are_searched_decoded(string field, string text, string found)
    {
        var test = await OpenAsync();
        await FillAsync(test);
        Assert.Equal(found, await SearchAsync(test, new SearchKey.Header(field, text)));
    }

    [Fact]
    public async Task Bodies_dates_and_combinations_are_searched()
    {
        var test = await OpenAsync();
        await FillAsync(test);
        Assert.Equal("1", await SearchAsync(test, new SearchKey.Body("straßE ist")));
        Assert.Equal("2", await SearchAsync(test, new SearchKey.Body("plain")));
        Assert.Equal("1", await SearchAsync(test, new SearchKey.Anywhere("grüße")));
        Assert.Equal("2", await SearchAsync(test, new SearchKey.Sent(new(2024, 5, 6), new(2024, 5, 7))));
        var all = new SearchKey.And([new SearchKey.Not(new SearchKey.Body("plain")), new SearchKey.Smaller(10_000)]);
        Assert.Equal("1", await SearchAsync(test, all));
        Assert.Equal(
            "1:2",
            await SearchAsync(test, new SearchKey.Or(new SearchKey.Body("plain"), new SearchKey.All()))
        );
        Assert.Equal("", await SearchAsync(test, new SearchKey.HasFlag(MessageFlags.Seen)));
    }

    [Theory]
    [InlineData("across lines", "1")] // a paragraph in lines
    [InlineData("bold words", "2")]
    [InlineData("<b>", "")] // no reader sees a tag
    [InlineData("invoice-7", "2")] // the name of a file
    [InlineData("forwarded thing", "2")] // the subject of a message inside
    public async Task Bodies_are_searched_as_they_are_read(string text, string found)
    {
        var test = await OpenAsync();
        await test.ReceiveAsync("Subject: a\r\n\r\nA phrase goes across\r\nlines.\r\n", TestBackend.Alice);
        await test.ReceiveAsync(
            "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<b>bold</b> words\r\n"
                + "--b\r\nContent-Type: application/pdf; name=\"Invoice-7.pdf\"\r\n\r\n%PDF\r\n"
                + "--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: forwarded thing\r\n\r\nx\r\n--b--\r\n",
            TestBackend.Alice
        );
        Assert.Equal(found, await SearchAsync(test, new SearchKey.Body(text)));
    }

    static async Task FillAsync(TestBackend test)
    {
        await test.ReceiveAsync(
            "From: =?utf-8?q?J=C3=BCrgen?= <j@x.test>\r\nSubject: =?utf-8?b?R3LDvMOfZQ==?= und Grüsse\r\n"
                + "Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
                + "Die Stra=DFe =\r\nist lang\r\n",
            TestBackend.Alice
        );
        await test.ReceiveAsync(
            "From: a@x.test\r\nX-Odd: yes\r\nDate: Mon, 6 May 2024 23:59:00 -0800\r\n"
                + "Content-Transfer-Encoding: base64\r\n\r\ncGxhaW4gdGV4dA\r\n",
            TestBackend.Alice
        );
    }

    static async Task<string> SearchAsync(TestBackend test, SearchKey key)
    {
        var request = new SearchRequest(test.AliceId, MailboxRow.Inbox, UidSet.All, key);
        return (await test.Gateway.SearchAsync(request, default)).Value!.ToString();
    }
}

public sealed class LocalMailboxTests() : MailboxTests(Hop.None);

public sealed class HttpMailboxTests() : MailboxTests(Hop.Claim);

public sealed class StreamedMailboxTests() : MailboxTests(Hop.Stream);
