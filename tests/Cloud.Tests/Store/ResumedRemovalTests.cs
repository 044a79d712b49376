using Cloud.Store;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;
using Cloud.Store.Ports;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Store;

/// <summary>What takes many transactions to remove may be broken off at each, and is finished later.</summary>
public sealed class ResumedRemovalTests
{
    readonly MemoryRows rows = new();
    readonly MemoryBlobs blobs = new();
    readonly Faults faults = new();

    Task<TestBackend> OpenAsync() =>
        TestBackend.OpenAsync(new FaultyRows(rows, faults), new FaultyBlobs(blobs, faults));

    static async Task FillAsync(TestBackend test, MailboxId mailbox, int count)
    {
        for (var i = 0; i < count; i++)
            await test.ReceiveAsync($"Message-ID: <{i}@x>\r\n\r\ntext", TestBackend.Alice);
        await test.Gateway.MoveAsync(new(test.AliceId, new(1), UidSet.All, mailbox), default);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    [InlineData(2, true)]
    public async Task A_mailbox_half_deleted_is_gone_at_once_and_its_rest_later(int passing, bool afterDoing)
    {
        var test = await OpenAsync();
        var work = (await test.Gateway.CreateMailboxAsync(test.AliceId, "Work", MailboxRole.None, default)).Value!;
        await FillAsync(test, work.Id, 250);
        await test.ReceiveAsync("stays", TestBackend.Alice);
        faults.AfterDoing = afterDoing;
        faults.Fail("commit mail", after: passing);
        Assert.True((await test.Gateway.DeleteMailboxAsync(test.AliceId, work.Id, default)).IsOk);
        Assert.Equal(afterDoing, blobs.Count == 1); // a commit found to be done is no fault
        Assert.Null(await test.Gateway.OpenAsync(test.AliceId, work.Id, false, default));
        faults.Heal();

        // The next process finishes it.
        test = await OpenAsync();
        var names = (await test.Gateway.ListMailboxesAsync(test.AliceId, default)).Select(mailbox => mailbox.Name);
        Assert.DoesNotContain("Work", names);
        var account = (await test.Backend.Accounts.CurrentAsync(test.AliceId, default))!;
        Assert.Equal((1, 6), (account.Account.Messages, account.Mailboxes.Count));
        Assert.DoesNotContain(
            rows.AllKeys("mail"),
            key => key.Row.StartsWith($"p!{work.Id}", StringComparison.Ordinal)
        );
        Assert.Single(rows.AllKeys("mail"), key => key.Row.StartsWith(EmailRows.Prefix, StringComparison.Ordinal));
        Assert.Equal(1, blobs.Count);
    }

    [Fact]
    public async Task A_mailbox_of_the_same_name_can_be_made_while_the_old_one_goes()
    {
        var test = await OpenAsync();
        var work = (await test.Gateway.CreateMailboxAsync(test.AliceId, "Work", MailboxRole.None, default)).Value!;
        await FillAsync(test, work.Id, 120);
        faults.Fail("commit mail", after: 1);
        await test.Gateway.DeleteMailboxAsync(test.AliceId, work.Id, default);
        faults.Heal();
        var again = (await test.Gateway.CreateMailboxAsync(test.AliceId, "Work", MailboxRole.None, default)).Value!;
        Assert.NotEqual(work.Id, again.Id);
        Assert.True(again.UidValidity > work.UidValidity);
        Assert.Empty((await test.OpenAsync(test.AliceId, "Work")).Entries);
        Assert.Equal(0, blobs.Count);
    }

    [Theory]
    [InlineData("commit directory", 0, false)]
    [InlineData("commit directory", 0, true)]
    [InlineData("commit mail", 0, false)]
    [InlineData("commit mail", 0, true)]
    [InlineData("commit mail", 1, false)]
    [InlineData("commit mail", 1, true)]
    [InlineData("commit mail", 3, false)]
    [InlineData("commit mail", 3, true)]
    [InlineData("delete", 40, false)]
    [InlineData("delete", 40, true)]
    [InlineData("query mail", 1, false)]
    [InlineData("commit directory", 1, false)]
    [InlineData("commit directory", 1, true)]
    public async Task A_user_half_removed_is_removed_by_a_repetition(string operation, int passing, bool afterDoing)
    {
        var test = await OpenAsync();
        await FillAsync(test, new(6), 150);
        await test.ReceiveAsync("stays", TestBackend.Bob);
        faults.AfterDoing = afterDoing;
        faults.Fail(operation, after: passing);
        await Assert.ThrowsAsync<StoreException>(() => test.Admin.RemoveUserAsync(TestBackend.Alice, default).AsTask());
        faults.Heal();

        if ((await test.Admin.ListUsersAsync(default)).Any(user => user.Address == TestBackend.Alice))
            await test.Admin.RemoveUserAsync(TestBackend.Alice, default);
        Assert.Equal([TestBackend.Bob], (await test.Admin.ListUsersAsync(default)).Select(user => user.Address));
        var bob = (await test.Backend.Directory.FindUserAsync(TestBackend.Bob, default))!.Account;
        Assert.All(rows.AllKeys("mail"), key => Assert.Equal(bob.Value, key.Partition));
        Assert.Equal(1, blobs.Count);
    }
}
