using System.Net;
using System.Text;
using Cloud.Api.Gateway;
using Cloud.Flow.Submission;
using Cloud.Flow.Trace;
using Cloud.Mail;
using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Counting;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Flow.Trace;

/// <summary>What can be told of a message afterwards, and what it costs to be able to.</summary>
public sealed class TracingTests
{
    const string Letter = "From: Carol <carol@else.test>\r\nMessage-ID: <letter@else.test>\r\n\r\nHello\r\n";

    readonly ManualClock clock = new();
    readonly CountingRows rows = new(new MemoryRows());

    [Fact]
    public async Task A_message_is_followed_from_its_session_to_its_end()
    {
        await using var test = await TestBackend.OpenAsync(rows, time: clock);
        var id = await ReceiveAsync(test);
        var inbox = (await test.OpenAsync(test.AliceId)).Mailbox;
        var trash = await test.MailboxAsync(test.AliceId, "Trash");
        var entry = Assert.Single((await test.OpenAsync(test.AliceId)).Entries);

        clock.Advance(TimeSpan.FromMinutes(1));
        await test.ReadAsync(test.AliceId, entry.Email);
        clock.Advance(TimeSpan.FromMinutes(1));
        await FlagAsync(test, inbox.Id, entry.Uid, MessageFlags.Seen | MessageFlags.Flagged, "Work");
        clock.Advance(TimeSpan.FromMinutes(1));
        await FlagAsync(test, inbox.Id, entry.Uid, MessageFlags.Seen);
        clock.Advance(TimeSpan.FromMinutes(1));
        await test.Gateway.MoveAsync(new(test.AliceId, inbox.Id, UidSet.All, trash.Id), default);
        clock.Advance(TimeSpan.FromMinutes(1));
        await test.Gateway.ExpungeAsync(test.AliceId, trash.Id, UidSet.All, false, default);

        var lines = await test.TraceAsync(TestBackend.Alice, $"{id}");
        Assert.Equal(
            [
                "Session: by smtp, from 192.0.2.7, which calls itself mx.else.test, over TLSv1.3, return path <sender@elsewhere.test>",
                "Filed: filed in INBOX (UID 1)",
                "Read: read by IMAP",
                "Flags: flags in INBOX (UID 1): +\\Seen +\\Flagged +Work",
                "Flags: flags in INBOX (UID 1): -\\Flagged -Work",
                "Moved: moved from INBOX (UID 1) to Trash (UID 1)",
                "Deleted: deleted from Trash (UID 1), and gone",
            ],
            lines
        );
    }

    [Fact]
    public async Task Copies_are_told_and_what_is_left_of_them()
    {
        await using var test = await TestBackend.OpenAsync(rows, time: clock);
        var id = await ReceiveAsync(test);
        var inbox = (await test.OpenAsync(test.AliceId)).Mailbox;
        var archive = await test.MailboxAsync(test.AliceId, "Archive");
        await test.Gateway.CopyAsync(new(test.AliceId, inbox.Id, UidSet.All, archive.Id), default);
        await test.Gateway.ExpungeAsync(test.AliceId, inbox.Id, UidSet.All, false, default);
        var lines = await test.TraceAsync(TestBackend.Alice, $"{id}");
        Assert.Equal(["Copied: copied to Archive (UID 1)", "Removed: taken out of INBOX (UID 1)"], lines!.TakeLast(2));
    }

    [Fact]
    public async Task A_trace_costs_a_message_nothing()
    {
        await using var test = await TestBackend.OpenAsync(rows, time: clock);
        await ReceiveAsync(test);
        rows.Reset();
        await ReceiveAsync(test, "<second@else.test>");
        Assert.Equal((0, 1), (rows.Reads, rows.Commits));
        var inbox = (await test.OpenAsync(test.AliceId)).Mailbox;
        var entry = (await test.OpenAsync(test.AliceId)).Entries[^1];
        var email = Assert.Single(await test.Gateway.FetchAsync(test.AliceId, [entry.Email], default));
        rows.Reset();
        await (await test.Gateway.ReadAsync(test.AliceId, email, 0, null, ReadBy.Imap, default))!.DisposeAsync();
        Assert.Equal((0, 0), (rows.Reads, rows.Commits));
        await FlagAsync(test, inbox.Id, entry.Uid, MessageFlags.Seen);
        Assert.Equal(1, rows.Commits);
    }

    [Fact]
    public async Task A_read_is_noted_once_and_not_for_the_header_alone()
    {
        await using var test = await TestBackend.OpenAsync(rows, time: clock);
        var id = await ReceiveAsync(test);
        var view = await test.OpenAsync(test.AliceId);
        var entry = Assert.Single(view.Entries);
        var email = Assert.Single(await test.Gateway.FetchAsync(test.AliceId, [entry.Email], default));
        await (await test.Gateway.ReadAsync(test.AliceId, email, 0, 20, ReadBy.Imap, default))!.DisposeAsync();
        await FlagAsync(test, view.Mailbox.Id, entry.Uid, MessageFlags.Answered);
        Assert.DoesNotContain(
            (await test.TraceAsync(TestBackend.Alice, $"{id}"))!,
            line => line.StartsWith("Read: ", StringComparison.Ordinal)
        );

        for (var times = 0; times < 3; times++)
        {
            await test.ReadAsync(test.AliceId, entry.Email);
            await FlagAsync(test, view.Mailbox.Id, entry.Uid, times == 1 ? MessageFlags.Seen : MessageFlags.None);
        }
        Assert.Single((await test.TraceAsync(TestBackend.Alice, $"{id}"))!, "Read: read by IMAP");
    }

    [Theory]
    [InlineData(ReadBy.Imap, "IMAP")]
    [InlineData(ReadBy.Pop3, "POP3")]
    [InlineData(ReadBy.Api, "the API")]
    public async Task The_first_read_says_what_the_client_spoke(ReadBy by, string protocol)
    {
        await using var test = await TestBackend.OpenAsync(rows, time: clock);
        var id = await ReceiveAsync(test);
        var view = await test.OpenAsync(test.AliceId);
        var entry = Assert.Single(view.Entries);
        var email = Assert.Single(await test.Gateway.FetchAsync(test.AliceId, [entry.Email], default));
        await (await test.Gateway.ReadAsync(test.AliceId, email, 0, null, by, default))!.DisposeAsync();
        await (await test.Gateway.ReadAsync(test.AliceId, email, 0, null, ReadBy.Unknown, default))!.DisposeAsync();
        await FlagAsync(test, view.Mailbox.Id, entry.Uid, MessageFlags.Seen);
        Assert.Single((await test.TraceAsync(TestBackend.Alice, $"{id}"))!, $"Read: read by {protocol}");
    }

    [Fact]
    public async Task A_message_of_long_ago_is_found_in_a_long_log()
    {
        await using var test = await TestBackend.OpenAsync(rows, time: clock);
        for (var before = 0; before < 600; before++)
            await ReceiveAsync(test, $"<before{before}@else.test>");
        clock.Advance(TimeSpan.FromHours(1));
        var id = await ReceiveAsync(test);
        for (var after = 0; after < 600; after++)
        {
            clock.Advance(TimeSpan.FromMinutes(1));
            await ReceiveAsync(test, $"<after{after}@else.test>");
        }
        rows.Reset();
        var report = await test.Backend.Traces.ShowAsync(id, TraceScope.User(TestBackend.Alice), default);
        Assert.Equal([TraceKind.Session, TraceKind.Filed], report!.Steps.Select(step => step.Kind));
        Assert.True(rows.RowsRead < 900, $"{rows.RowsRead} rows read");
    }

    [Fact]
    public async Task A_report_tells_hash_and_message_id_and_no_content()
    {
        await using var test = await TestBackend.OpenAsync(rows, time: clock);
        var id = await ReceiveAsync(test);
        var report = await test.Backend.Traces.ShowAsync(id, TraceScope.Operator, default);
        var hash = System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(Letter));
        Assert.Equal((Convert.ToHexStringLower(hash), "letter@else.test"), (report!.Sha256, report.MessageId));
        Assert.DoesNotContain(report.Steps, step => step.Text.Contains("Hello", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Messages_are_found_by_message_id_and_by_address()
    {
        await using var test = await TestBackend.OpenAsync(rows, time: clock);
        var id = await ReceiveAsync(test);
        clock.Advance(TimeSpan.FromMinutes(1));
        var answer = await ReceiveAsync(test, "<answer@else.test>\r\nIn-Reply-To: <letter@else.test>");

        foreach (var name in new[] { "<answer@else.test>", "answer@else.test" })
        {
            var found = (await test.Backend.Traces.FindAsync(name, TraceScope.Operator, default)).Messages;
            Assert.Equal($"{answer}", Assert.Single(found).Id);
        }
        var listed = await ListAsync(test, TestBackend.Alice);
        Assert.Equal([$"{answer}", $"{id}"], listed.Select(message => message.Id));
        Assert.All(listed, message => Assert.Equal("carol@else.test", message.From));
        var none = await test.Backend.Traces.FindAsync("<nobody@else.test>", TraceScope.Operator, default);
        Assert.Equal((0, false), (none.Messages.Count, none.IsCut));
        Assert.Empty(await ListAsync(test, TestBackend.Bob));
    }

    [Fact]
    public async Task What_is_sent_is_told_to_its_sender_with_each_recipient_and_each_answer()
    {
        await using var test = await TestBackend.OpenAsync(rows, time: clock);
        var request = await test.PrepareAsync(Sent, TestBackend.Alice, "dave@away.test", TestBackend.Bob);
        var peer = new Peer(IPAddress.Parse("192.0.2.9"), "laptop", "TLSv1.3");
        request = request with { Session = peer.FactsOf("submission", request.From) };
        await test.Gateway.SubmitAsync(request, default);
        var lines = (await test.TraceAsync(TestBackend.Alice, $"{request.Transaction}"))!;
        Assert.StartsWith("Session: by submission, from 192.0.2.9, which calls itself laptop, over TLSv1.3", lines[0]);
        Assert.Matches("^Queued: taken for sending as [0-9a-f]{27} to 2 recipients, [0-9]+ octets$", lines[1]);
        Assert.Equal("Sending: not yet", lines[2]);
        Assert.Null(await test.TraceAsync(TestBackend.Bob, $"{request.Transaction}"));
        var found = await test.Backend.Traces.FindAsync("<sent@example.test>", TraceScope.Operator, default);
        Assert.Equal($"{request.Transaction}", Assert.Single(found.Messages).Id);
        Assert.Equal("out", Assert.Single(await ListAsync(test, "dave@away.test")).Direction);
    }

    [Fact]
    public async Task What_is_passed_on_is_part_of_the_trace_of_what_came()
    {
        await using var test = await TestBackend.OpenAsync(rows, time: clock);
        await test.Admin.ForwardAsync(TestBackend.Alice, ["alice@away.test"], keeps: true, default);
        var id = await ReceiveAsync(test);
        var report = await test.Backend.Traces.ShowAsync(id, TraceScope.Operator, default);
        var queued = Assert.Single(report!.Steps, step => step.Kind == TraceKind.Queued);
        Assert.StartsWith("passed on as ", queued.Text);
        Assert.Contains(report.Steps, step => step is { Kind: TraceKind.Sending, Who: "alice@away.test" });
        Assert.Contains(report.Steps, step => step is { Kind: TraceKind.Filed, Who: TestBackend.Alice });
    }

    [Fact]
    public async Task Who_asks_for_one_user_hears_nothing_of_others()
    {
        await using var test = await TestBackend.OpenAsync(rows, time: clock);
        var id = await ReceiveAsync(test, "<both@else.test>", TestBackend.Alice, TestBackend.Bob);
        var all = await test.Backend.Traces.ShowAsync(id, TraceScope.Operator, default);
        Assert.Equal(2, all!.Steps.Count(step => step.Kind == TraceKind.Filed));
        var own = await test.Backend.Traces.ShowAsync(id, TraceScope.User(TestBackend.Bob), default);
        Assert.All(own!.Steps, step => Assert.Equal(TestBackend.Bob, step.Who));
        Assert.Single(
            (
                await test.Backend.Traces.FindAsync("<both@else.test>", TraceScope.User(TestBackend.Bob), default)
            ).Messages
        );
    }

    static async Task<IReadOnlyList<TraceSummary>> ListAsync(TestBackend test, string address) =>
        (
            await test.Backend.Traces.ListAsync(EmailAddress.TryParse(address)!, TraceScope.Operator, 50, default)
        ).Messages;

    const string Sent =
        $"From: {TestBackend.Alice}\r\nMessage-ID: <sent@example.test>\r\nDate: Fri, 2 Jan 2026 03:04:05 +0000\r\n\r\ntext\r\n";

    static async Task<TransactionId> ReceiveAsync(
        TestBackend test,
        string messageId = "<letter@else.test>",
        params string[] recipients
    )
    {
        var id = test.NewTransaction();
        var message = await test.UploadAsync(
            id,
            Letter.Replace("<letter@else.test>", messageId, StringComparison.Ordinal)
        );
        var request = TestBackend.Request(id, message, recipients is [] ? [TestBackend.Alice] : recipients) with
        {
            Peer = new(IPAddress.Parse("192.0.2.7"), "mx.else.test", "TLSv1.3"),
        };
        Assert.Equal(ReceiveStatus.Accepted, (await test.Gateway.ReceiveAsync(request, default)).Status);
        return id;
    }

    static async Task FlagAsync(
        TestBackend test,
        MailboxId mailbox,
        uint uid,
        MessageFlags flags,
        params string[] keywords
    )
    {
        var uids = UidSet.Of([uid]);
        var request = new StoreFlagsRequest(test.AliceId, mailbox, uids, FlagAction.Replace, flags, keywords, null);
        Assert.True((await test.Gateway.StoreFlagsAsync(request, default)).IsOk);
    }

    [Fact]
    public async Task The_newest_of_very_many_that_were_sent_are_told_without_a_hole()
    {
        await using var test = await TestBackend.OpenAsync(
            rows,
            time: clock,
            submission: new() { PerAccount = [], PerDomain = [] }
        );
        var ids = new List<string>();
        for (var i = 0; i < 1000; i++)
        {
            clock.Advance(TimeSpan.FromSeconds(i % 300 == 0 ? 1000 : 1)); // unevenly
            var request = await test.PrepareAsync(Sent, TestBackend.Alice, "dave@away.test");
            Assert.Equal(SubmitStatus.Accepted, (await test.Gateway.SubmitAsync(request, default)).Status);
            ids.Insert(0, $"{request.Transaction}");
        }
        var dave = EmailAddress.TryParse("dave@away.test")!;
        foreach (var scope in new[] { TraceScope.Operator, TraceScope.User(TestBackend.Alice) })
        {
            foreach (var limit in new[] { 10, 700, 2000 })
            {
                var list = await test.Backend.Traces.ListAsync(dave, scope, limit, default);
                Assert.Equal(ids.Take(limit), list.Messages.Select(message => message.Id));
                Assert.False(list.IsCut);
            }
        }
        var bobs = await test.Backend.Traces.ListAsync(dave, TraceScope.User(TestBackend.Bob), 10, default);
        Assert.Empty(bobs.Messages);
        var named = await test.Backend.Traces.FindAsync("sent@example.test", TraceScope.Operator, default);
        Assert.Equal(ids, named.Messages.Select(message => message.Id));
    }

    [Fact]
    public async Task A_list_that_is_cut_says_so_on_its_last_page()
    {
        var found = new TraceSummary("1", clock.GetUtcNow(), "out", null, null, null, "");
        var list = new TraceList([found, found with { Id = "0" }], IsCut: true);
        var first = await TracePage.OfAsync(_ => new(list), null, 1);
        Assert.False(first.IsCut);
        var last = await TracePage.OfAsync(_ => new(list), first.Next, 1);
        Assert.Equal((true, null), (last.IsCut, last.Next));
    }
}
