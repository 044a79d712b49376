using Cloud.Api.Gateway;
using Cloud.Flow.Submission;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Api.Gateway;

/// <summary>The sender's copy in Sent: by the server where the user wants that, and never twice.</summary>
public abstract class SentCopyTests(Hop hop) : GatewayTests(hop)
{
    const string Elsewhere = "somebody@elsewhere.test";

    const string Text =
        "From: alice@example.test\r\nMessage-ID: <1@example.test>\r\nDate: Fri, 2 Jan 2026 03:04:05 +0000\r\nBcc: secret@there.test\r\n\r\ntext\r\n";

    readonly MemoryBlobs blobs = new();
    readonly ManualClock clock = new();
    readonly Faults faults = new();
    readonly MemoryRows rows = new();

    async Task<TestBackend> OpenAsync(bool saves)
    {
        var test = await OpenAsync(new FaultyRows(rows, faults), blobs, new MemoryQueues(clock), clock);
        await test.Admin.SetSavesSentAsync(TestBackend.Alice, saves, default);
        return test;
    }

    static async Task<IReadOnlyList<MessageEntry>> SentAsync(TestBackend test) =>
        (await test.OpenAsync(test.AliceId, "Sent")).Entries;

    static async Task SubmitAsync(TestBackend test, string to = Elsewhere) =>
        Assert.Equal(SubmitStatus.Accepted, (await test.SubmitAsync(Text, TestBackend.Alice, to)).Status);

    [Fact]
    public async Task A_client_keeps_its_own_copies_unless_told_otherwise()
    {
        var test = await OpenAsync(saves: false);
        await SubmitAsync(test);
        Assert.Empty(await SentAsync(test));
        await test.AppendAsync(test.AliceId, "Sent", Text);
        await test.AppendAsync(test.AliceId, "Sent", Text);
        Assert.Equal(2, (await SentAsync(test)).Count);
    }

    [Theory]
    [InlineData(Elsewhere)]
    [InlineData(TestBackend.Bob)]
    [InlineData(TestBackend.Alice)]
    public async Task The_server_s_copy_is_read_and_knows_the_blind_recipients(string to)
    {
        var test = await OpenAsync(saves: true);
        await SubmitAsync(test, to);
        var entry = Assert.Single(await SentAsync(test));
        Assert.Equal(MessageFlags.Seen, entry.Flags);
        var text = await test.ReadAsync(test.AliceId, entry.Email);
        Assert.StartsWith("Bcc: secret@there.test\r\n", text);
        Assert.Equal(Text.Replace("Bcc: secret@there.test\r\n", ""), text!.Replace("Bcc: secret@there.test\r\n", ""));
        if (to != Elsewhere)
        {
            var account = to == TestBackend.Bob ? test.BobId : test.AliceId;
            var received = Assert.Single((await test.OpenAsync(account)).Entries);
            Assert.DoesNotContain("secret", await test.ReadAsync(account, received.Email));
        }
    }

    [Fact]
    public async Task A_copy_from_another_account_is_no_second_try_and_nothing_that_was_there_is_taken_back()
    {
        var test = await OpenAsync(saves: true);
        await SubmitAsync(test, TestBackend.Bob);
        await test.AppendAsync(test.BobId, "INBOX", Text);
        await test.ShareAsync(TestBackend.Alice, "Sent", TestBackend.Bob, "li");
        var sent = (await test.OpenAsync(test.AliceId, "Sent")).Mailbox;
        var both = (await test.OpenAsync(test.BobId)).Entries;
        Assert.Equal(2, both.Count);

        var target = new Access(test.AliceId, new(test.BobId, TestBackend.Bob));
        var request = new CopyRequest(test.BobId, MailboxRow.Inbox, UidSet.All, sent.Id) { To = target };
        var moved = await test.Gateway.MoveAsync(request, default);
        Assert.Equal([2u, 3u], moved.Value!.Uids.Select(pair => pair.Target));
        Assert.Equal(3, (await SentAsync(test)).Count);
        Assert.Empty((await test.OpenAsync(test.BobId)).Entries);
    }

    [Fact]
    public async Task A_client_that_appends_afterwards_finds_the_server_s_copy()
    {
        var test = await OpenAsync(saves: true);
        await SubmitAsync(test);
        var bytes = blobs.Count;
        clock.Advance(TimeSpan.FromMinutes(4));
        var appended = await test.AppendAsync(test.AliceId, "Sent", Text, MessageFlags.Seen);
        Assert.Equal(1u, appended.Value!.Uid);
        Assert.Single(await SentAsync(test));
        Assert.True(blobs.Count <= bytes + 1); // over HTTP the sweep removes it
    }

    [Fact]
    public async Task A_client_that_has_appended_before_keeps_the_only_copy()
    {
        var test = await OpenAsync(saves: true);
        await test.AppendAsync(test.AliceId, "Sent", Text, MessageFlags.Seen);
        var bytes = blobs.Count;
        await SubmitAsync(test);
        Assert.Single(await SentAsync(test));
        Assert.Equal(bytes + 1, blobs.Count); // the outbox's
    }

    [Fact]
    public async Task Later_or_elsewhere_or_another_message_is_no_second_copy()
    {
        var test = await OpenAsync(saves: true);
        await SubmitAsync(test);
        await test.AppendAsync(test.AliceId, "Sent", Text.Replace("<1@", "<2@"));
        await test.AppendAsync(test.AliceId, "Sent", "Subject: no id\r\n\r\n");
        await test.AppendAsync(test.AliceId, "Sent", "Subject: no id\r\n\r\n");
        await test.AppendAsync(test.AliceId, "Archive", Text);
        Assert.Equal(4, (await SentAsync(test)).Count);
        clock.Advance(TimeSpan.FromMinutes(6));
        await test.AppendAsync(test.AliceId, "Sent", Text);
        Assert.Equal(5, (await SentAsync(test)).Count);
        Assert.Single((await test.OpenAsync(test.AliceId, "Archive")).Entries);
    }

    [Fact]
    public async Task Without_a_mailbox_for_it_there_is_no_copy()
    {
        var test = await OpenAsync(saves: true);
        var sent = await test.MailboxAsync(test.AliceId, "Sent");
        Assert.True((await test.Gateway.DeleteMailboxAsync(test.AliceId, sent.Id, default)).IsOk);
        await SubmitAsync(test);
        Assert.Empty((await test.OpenAsync(test.AliceId)).Entries);
        Assert.Equal(1, blobs.Count);
    }

    [Fact]
    public async Task A_copy_that_cannot_be_kept_now_comes_later()
    {
        var test = await OpenAsync(saves: true);
        faults.Fail($"commit mail {test.AliceId}");
        await SubmitAsync(test);
        faults.Heal();
        await test.Backend.Inbound.WorkAsync(default);
        var entry = Assert.Single(await SentAsync(test));
        Assert.Equal(MessageFlags.Seen, entry.Flags);
        Assert.Empty((await test.OpenAsync(test.AliceId)).Entries);
    }
}

public sealed class LocalSentCopyTests() : SentCopyTests(Hop.None);

public sealed class HttpSentCopyTests() : SentCopyTests(Hop.Claim);
