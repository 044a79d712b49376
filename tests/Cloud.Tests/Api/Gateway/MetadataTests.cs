using Cloud.Api.Gateway;
using Cloud.Store;
using Cloud.Store.Mailboxes;
using Cloud.Store.Ports;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Api.Gateway;

/// <summary>Annotations at rest: what they may take, and that nothing of them stays behind.</summary>
public sealed class MetadataTests
{
    static readonly MailboxId Inbox = new(1);

    [Fact]
    public async Task Values_are_bounded_together_and_counted_down_again()
    {
        await using var test = await TestBackend.OpenAsync();
        for (var i = 0; i < 8; i++)
            Assert.True((await SetAsync(test, Inbox, Entry(i, MetadataLimits.ValueBytes))).IsOk);
        Assert.Equal(Refusal.OverQuota, (await SetAsync(test, Inbox, Entry(8, 1))).Refusal);
        Assert.True((await SetAsync(test, Inbox, Entry(0, 10))).IsOk);
        Assert.True((await SetAsync(test, Inbox, Entry(8, 1))).IsOk);
        Assert.Equal(7 * MetadataLimits.ValueBytes + 11, await CountedAsync(test));

        for (var i = 0; i <= 8; i++)
            await SetAsync(test, Inbox, new MetadataEntry($"/private/vendor/x/{i}", null));
        Assert.Equal(0, await CountedAsync(test));
    }

    [Fact]
    public async Task An_account_has_so_much_room_for_them_over_all_its_mailboxes()
    {
        await using var test = await TestBackend.OpenAsync();
        var full = Enumerable.Range(0, 8).Select(i => Entry(i, MetadataLimits.ValueBytes)).ToArray();
        for (var at = 0; at < MetadataLimits.AccountBytes / MetadataLimits.MailboxBytes; at++)
        {
            var made = await test.Gateway.CreateMailboxAsync(test.AliceId, $"m{at}", MailboxRole.None, default);
            Assert.True((await SetAsync(test, made.Value!.Id, full)).IsOk);
        }
        Assert.Equal(Refusal.OverQuota, (await SetAsync(test, Inbox, Entry(0, 1))).Refusal);
        var first = (await test.Gateway.ListMailboxesAsync(test.AliceId, default)).First(box => box.Name == "m0");
        await test.Gateway.DeleteMailboxAsync(test.AliceId, first.Id, default);
        Assert.True((await SetAsync(test, Inbox, Entry(0, 1))).IsOk);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_mailbox_takes_its_own_along_those_removed_before_too(bool hasMessages)
    {
        var rows = new MemoryRows();
        await using var test = await TestBackend.OpenAsync(rows);
        var made = await test.Gateway.CreateMailboxAsync(test.AliceId, "work", MailboxRole.None, default);
        var work = made.Value!.Id;
        if (hasMessages)
            await test.AppendAsync(test.AliceId, "work", "Subject: a\r\n\r\n");
        // More names than are kept of what is gone.
        for (var round = 0; round < 4; round++)
        {
            for (var i = 0; i < 20; i++)
                await SetAsync(test, work, Entry(100 * round + i, 1));
            for (var i = 0; i < 20; i++)
                await SetAsync(test, work, new MetadataEntry($"/private/vendor/x/{100 * round + i}", null));
        }
        Assert.InRange(await RowsAsync(rows, test, work), 1, MetadataLimits.Kept);
        Assert.True((await test.Gateway.DeleteMailboxAsync(test.AliceId, work, default)).IsOk);
        Assert.Equal(0, await RowsAsync(rows, test, work));
    }

    static ValueTask<Result<MetadataChange>> SetAsync(
        TestBackend test,
        MailboxId mailbox,
        params MetadataEntry[] entries
    ) => test.Gateway.SetMetadataAsync(new(test.AliceId, mailbox, entries), default);

    static MetadataEntry Entry(int number, int octets) => new($"/private/vendor/x/{number}", new byte[octets]);

    static async Task<long> CountedAsync(TestBackend test) =>
        (await test.Backend.Accounts.CurrentAsync(test.AliceId, default))!.Account.MetadataOctets;

    static async Task<int> RowsAsync(MemoryRows rows, TestBackend test, MailboxId mailbox)
    {
        var range = MetadataRows.All(test.AliceId, mailbox);
        return (await rows.QueryAsync(Tables.Mail, range, null, RowLimits.QueryRows, default)).Rows.Count;
    }
}
