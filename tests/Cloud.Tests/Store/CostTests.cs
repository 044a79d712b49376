using Cloud.Api.Gateway;
using Cloud.Api.Gateway.Operations;
using Cloud.Mail;
using Cloud.Store;
using Cloud.Store.Counting;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;
using Cloud.Store.Ports;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Store;

/// <summary>Storage operations are the price of a message: they are counted through the ports.</summary>
public sealed class CostTests
{
    readonly CountingRows rows = new(new MemoryRows());
    readonly CountingBlobs blobs = new(new MemoryBlobs());
    readonly ManualClock clock = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_received_message_costs_one_blob_and_one_transaction(bool soleOwner)
    {
        var queues = new CountingQueues(new MemoryQueues(clock));
        var options = new StoreOptions { SoleOwner = soleOwner };
        var test = await TestBackend.OpenAsync(rows, blobs, queues, clock, options);
        // The first message warms up, the 256th begins a page.
        for (var i = 0; i < 300; i++)
        {
            await CheckAsync(test);
            await test.ReceiveAsync($"Message-ID: <{i}@x>\r\n\r\n", TestBackend.Alice);
            if (i > 0)
                Assert.Equal(
                    (i, 0, 1, 1, 1, 0),
                    (i, rows.Reads, rows.Commits, blobs.Writes, blobs.Operations, queues.Operations)
                );
            rows.Reset();
            blobs.Reset();
        }

        await CheckAsync(test);
        await test.ReceiveAsync("In-Reply-To: <7@x>\r\n\r\n", TestBackend.Alice);
        Assert.Equal((1, 1, 1, 1), (rows.Reads, rows.Commits, blobs.Writes, blobs.Operations));
    }

    static async Task CheckAsync(TestBackend test)
    {
        var to = EmailAddress.TryParse(TestBackend.Alice)!;
        var request = new CheckRecipientRequest(null, to, null, 4096, System.Net.IPAddress.Loopback);
        Assert.Equal(RecipientVerdict.Ok, await test.Gateway.CheckRecipientAsync(request, default));
    }

    [Fact]
    public async Task A_hundred_thousand_messages_open_in_few_rows()
    {
        var test = await TestBackend.OpenAsync(rows, blobs, null, clock);
        await FillAsync(test, 100_000);
        rows.Reset();

        var view = await test.Gateway.OpenAsync(test.AliceId, MailboxRow.Inbox, false, default);
        Assert.Equal(100_000, view!.Entries.Count);
        Assert.Equal((100_000u, 54_321L), (view.Entries[^1].Uid, view.Entries[^1].Size));
        Assert.InRange(rows.RowsRead, 391, 450);
        Assert.InRange(rows.Queries, 1, 2);
    }

    /// <summary>Overviews are kept by pages of UIDs: who asks for a part must get such pages whole, also from memory.</summary>
    [Fact]
    public async Task A_part_has_all_that_is_left_of_its_pages()
    {
        var test = await TestBackend.OpenAsync(rows, blobs, null, clock);
        await FillAsync(test, 2000);
        var gone = UidSet.Of([(100u, 180u), (600u, 640u)]);
        await test.Gateway.ExpungeAsync(test.AliceId, MailboxRow.Inbox, gone, false, default);
        foreach (var isKnown in new[] { false, true })
        {
            var accounts = test.Backend.Accounts;
            var part = await OpenMailbox.RunAsync(accounts, test.AliceId, MailboxRow.Inbox, false, 300, 530, default);
            var uids = part!.Entries.Select(entry => entry.Uid).Where(uid => uid is > 256 and <= 768);
            var left = Enumerable.Range(257, 512).Select(uid => (uint)uid).Where(uid => !gone.Contains(uid));
            Assert.Equal(left, uids);
            if (!isKnown)
                await test.Gateway.OpenAsync(test.AliceId, MailboxRow.Inbox, false, default);
        }
    }

    /// <summary>Pages as delivery would have left them.</summary>
    async Task FillAsync(TestBackend test, uint messages)
    {
        for (var page = 0u; page <= PageRows.PageOf(messages); page++)
        {
            var first = PageRows.FirstUid(page);
            var entries = new List<MessageEntry>();
            for (var uid = first; uid < first + PageRows.UidsPerPage && uid <= messages; uid++)
                entries.Add(new(uid, MessageFlags.Seen, uid, 0, new(uid), 54_321, 1_700_000_000, 1_700_000_000));
            var packed = PageCodec.Pack(entries);
            Assert.InRange(packed.Length, 1, 40 * entries.Count);
            var transaction = new RowTransaction(test.AliceId.Value);
            await rows.CommitAsync(
                Tables.Mail,
                transaction.Upsert(PageRows.Key(MailboxRow.Inbox, page), PageRows.ToRow(packed)),
                default
            );
        }
        await test.Backend.Accounts.ChangeAsync(
            test.AliceId,
            change =>
            {
                var inbox = change.Mailbox(MailboxRow.Inbox)!;
                change.SetMailbox(inbox with { UidNext = messages + 1, Messages = (int)messages });
                return ValueTask.FromResult(true);
            },
            default
        );
    }
}
