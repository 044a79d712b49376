using System.Globalization;
using Cloud.Api.Gateway;
using Cloud.Store;
using Cloud.Store.Counting;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;
using Cloud.Store.Overviews;
using Cloud.Store.Ports;
using Cloud.Store.Search;
using Cloud.Store.Threading;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Api.Gateway;

public abstract class SortTests(Hop hop) : GatewayTests(hop)
{
    [Theory]
    [InlineData("3 1 2", SortField.Subject, false)]
    [InlineData("1 2 3", SortField.Subject, true)] // equals keep their order
    [InlineData("2 3 1", SortField.Date, false)]
    [InlineData("1 3 2", SortField.Date, true)]
    [InlineData("3 2 1", SortField.From, false)]
    [InlineData("1 3 2", SortField.DisplayFrom, false)]
    [InlineData("3 1 2", SortField.To, false)] // none before some
    [InlineData("1 2 3", SortField.Arrival, false)]
    [InlineData("1 2 3", SortField.Arrival, true)] // all in one second
    [InlineData("2 1 3", SortField.Size, true)]
    public async Task Messages_come_in_the_order_asked_for(string expected, SortField field, bool reverse)
    {
        var test = await OpenAsync();
        await test.ReceiveAsync(
            "From: Anna <zoe@x.test>\r\nTo: b@x.test\r\nSubject: Re: [list] beta\r\n"
                + "Date: Tue, 3 Feb 2026 10:00:00 +0000\r\n\r\n",
            TestBackend.Alice
        );
        await test.ReceiveAsync(
            "From: =?utf-8?q?=C3=96zil?= <mia@x.test>\r\nTo: c@x.test\r\nSubject: BETA\r\n"
                + "Date: Tue, 3 Feb 2026 10:30:00 +0200\r\n\r\n",
            TestBackend.Alice
        );
        await test.ReceiveAsync(
            "From: bob@x.test\r\nSubject: alpha\r\nDate: Tue, 3 Feb 2026 09:00:00 +0000\r\n\r\n",
            TestBackend.Alice
        );
        Assert.Equal(expected, await SortAsync(test, new SortCriterion(field, reverse)));
    }

    [Fact]
    public async Task What_the_first_criterion_leaves_open_the_next_decides()
    {
        var test = await OpenAsync();
        foreach (var (subject, from) in new[] { ("b", "y"), ("a", "z"), ("b", "x"), ("a", "z") })
            await test.ReceiveAsync($"Subject: {subject}\r\nFrom: {from}@x.test\r\n\r\n", TestBackend.Alice);
        Assert.Equal(
            "2 4 3 1",
            await SortAsync(test, new SortCriterion(SortField.Subject), new SortCriterion(SortField.From))
        );
        Assert.Equal(
            "1 3 2 4",
            await SortAsync(test, new SortCriterion(SortField.Subject, true), new SortCriterion(SortField.From, true))
        );
    }

    [Fact]
    public async Task A_header_too_long_to_be_kept_together_is_sorted_and_found_all_the_same()
    {
        var test = await OpenAsync();
        var many = string.Join(",\r\n ", Enumerable.Range(0, 300).Select(i => $"person{i}@x.test"));
        for (var i = 0; i < 300; i++)
            await test.ReceiveAsync(
                i == 7 ? $"Subject: 0 long\r\nTo: {many}\r\n\r\n" : $"Subject: {1000 + i}\r\n\r\n",
                TestBackend.Alice
            );
        var sorted = await SortAsync(test, new SortCriterion(SortField.Subject));
        Assert.StartsWith("8 1 2 3", sorted, StringComparison.Ordinal);
        Assert.Equal(300, sorted.Split(' ').Length);
        Assert.Equal("8", await SearchAsync(test, new SearchKey.Header("To", "person299@")));
    }

    [Fact]
    public async Task Conversations_are_found_by_their_references()
    {
        var test = await OpenAsync();
        await test.ReceiveAsync("Message-ID: <a@x>\r\nSubject: one\r\n\r\n", TestBackend.Alice);
        await test.ReceiveAsync("Message-ID: <b@x>\r\nSubject: two\r\n\r\n", TestBackend.Alice);
        await test.ReceiveAsync(
            "Message-ID: <c@x>\r\nIn-Reply-To: <a@x> (yesterday)\r\nSubject: other\r\n\r\n",
            TestBackend.Alice
        );
        await test.ReceiveAsync(
            "Message-ID: <d@x>\r\nReferences: <a@x> <c@x>\r\nSubject: other\r\n\r\n",
            TestBackend.Alice
        );
        await test.ReceiveAsync("Subject: Re: two\r\n\r\n", TestBackend.Alice);
        var search = new SearchRequest(test.AliceId, MailboxRow.Inbox, UidSet.All, new SearchKey.All());
        var found = await test.Gateway.ThreadAsync(new(search, ThreadAlgorithm.References), default);
        Assert.Equal("1(3(4)) 2(5)", Show(found.Value!.Threads));
        found = await test.Gateway.ThreadAsync(new(search, ThreadAlgorithm.OrderedSubject), default);
        Assert.Equal("1 2(5) 3(4)", Show(found.Value!.Threads));
        var some = search with { Key = new SearchKey.InSet(UidSet.Of(1, 4)) };
        found = await test.Gateway.ThreadAsync(new(some, ThreadAlgorithm.Refs), default);
        Assert.Equal("1(4)", Show(found.Value!.Threads));
    }

    [Fact]
    public async Task A_page_is_read_at_once_the_second_time_and_forgets_what_is_expunged()
    {
        var rows = new CountingRows(new MemoryRows());
        var clock = new ManualClock();
        var test = await OpenAsync(rows, time: clock, options: new StoreOptions { SoleOwner = true });
        for (var i = 0; i < 600; i++)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await test.ReceiveAsync($"Subject: secret {i}\r\nFrom: a@x.test\r\n\r\n", TestBackend.Alice);
        }
        var wanted = new SearchKey.Header("Subject", "SECRET 30");
        var first = await SearchAsync(test, wanted);
        Assert.Equal("31,301:310", first);

        rows.Reset();
        Assert.Equal(first, await SearchAsync(test, wanted));
        // The entries, two pages of overviews at once, the newest messages' own rows; over HTTP the account again.
        Assert.InRange(rows.Reads, 1, 8);
        Assert.Equal(0, rows.Commits);

        rows.Reset();
        await test.Gateway.ExpungeAsync(test.AliceId, MailboxRow.Inbox, UidSet.Of(31, 310), false, default);
        Assert.Equal(1, rows.Commits);
        var left = new List<string>();
        await foreach (var row in rows.ReadAsync(Tables.Mail, OverviewRows.All(test.AliceId), CancellationToken.None))
            left.Add(row.Key.Row);
        Assert.Empty(left); // both pages had one of them
        Assert.Equal("301:309", await SearchAsync(test, wanted));
        Assert.Equal("301:309", await SearchAsync(test, wanted));
    }

    [Fact]
    public async Task Overviews_answer_as_the_messages_do()
    {
        var test = await OpenAsync();
        var random = new Random(3);
        string[] words = ["red", "Grün", "=?utf-8?q?bl=C3=A4u?=", "\"q b\"", "x\\y", "", "a  b"];
        for (var i = 0; i < 280; i++)
        {
            string Word() => words[random.Next(words.Length)];
            await test.ReceiveAsync(
                $"From: {Word()} <{i}@red.test>\r\nTo: g: {Word()} <a@b.test>;, c@d.test\r\nSubject: {Word()} {Word()}\r\n"
                    + (i % 3 == 0 ? "" : $"Date: {i % 28 + 1} Feb 2026 23:00:00 -0500\r\n")
                    + $"Cc: {Word()}\r\nMessage-ID: <{i}@x.test>\r\nIn-Reply-To: <{i - 1}@x.test>\r\n\r\n",
                TestBackend.Alice
            );
        }
        SearchKey[] keys =
        [
            .. new[] { "From", "To", "Cc", "Bcc", "Subject", "Sender", "Date", "Message-ID", "In-Reply-To" }.SelectMany(
                name =>
                    new[] { "red", "GRÜN", "bläu", "b <a@B", "", "7", "q b", "a b" }.Select(
                        text => new SearchKey.Header(name, text)
                    )
            ),
            new SearchKey.Sent(new(2026, 2, 3), new(2026, 2, 9)),
            new SearchKey.Or(
                new SearchKey.Header("Subject", "red"),
                new SearchKey.Sent(new(2026, 2, 3), new(2026, 2, 9))
            ),
            new SearchKey.And([
                new SearchKey.Header("Subject", "red"),
                new SearchKey.Not(new SearchKey.Header("From", "red <")),
            ]),
        ];
        foreach (var key in keys)
        {
            // One by one a message's own row answers; all at once the page does.
            var each = new List<uint>();
            for (var uid = 1u; uid <= 256; uid += 7)
            {
                var one = new SearchRequest(test.AliceId, MailboxRow.Inbox, UidSet.Of(uid), key);
                if (!(await test.Gateway.SearchAsync(one, default)).Value!.IsEmpty)
                    each.Add(uid);
            }
            var all = new SearchRequest(test.AliceId, MailboxRow.Inbox, UidSet.All, key);
            var found = (await test.Gateway.SearchAsync(all, default)).Value!;
            Assert.True(
                each.SequenceEqual(Enumerable.Range(0, 37).Select(i => (uint)(1 + 7 * i)).Where(found.Contains)),
                $"{key}"
            );
        }
    }

    static string Show(IReadOnlyList<ThreadNode> threads) =>
        string.Join(
            ' ',
            threads.Select(node =>
                node.Uid.ToString(CultureInfo.InvariantCulture)
                + (node.Children.Count == 0 ? "" : $"({Show(node.Children)})")
            )
        );

    static async Task<string> SortAsync(TestBackend test, params SortCriterion[] criteria)
    {
        var search = new SearchRequest(test.AliceId, MailboxRow.Inbox, UidSet.All, new SearchKey.All());
        return string.Join(' ', (await test.Gateway.SortAsync(new(search, criteria), default)).Value!.Uids);
    }

    static async Task<string> SearchAsync(TestBackend test, SearchKey key)
    {
        var request = new SearchRequest(test.AliceId, MailboxRow.Inbox, UidSet.All, key);
        return (await test.Gateway.SearchAsync(request, default)).Value!.ToString();
    }
}

public sealed class LocalSortTests() : SortTests(Hop.None);

public sealed class HttpSortTests() : SortTests(Hop.Claim);
