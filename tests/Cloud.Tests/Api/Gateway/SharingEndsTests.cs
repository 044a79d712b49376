using Cloud.Api.Gateway;
using Cloud.Store;
using Cloud.Store.Counting;
using Cloud.Store.Directory;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;
using Cloud.Store.Ports;
using Cloud.Store.Sharing;
using Cloud.Tests.Fakes;
using Cloud.Tests.Listener.Imap;

namespace Cloud.Tests.Api.Gateway;

/// <summary>What sharing leaves behind when it ends, and what it costs while it lasts.</summary>
public sealed class SharingEndsTests
{
    const string Anyone = "d!example.test";

    readonly CountingRows rows = new(new MemoryRows());

    [Theory]
    [InlineData("right")]
    [InlineData("mailbox")]
    [InlineData("user")]
    public async Task Who_shares_no_more_is_hinted_at_no_more(string ends)
    {
        var test = await OpenAsync();
        var work = await ShareAsync(test, TestBackend.Bob, "lr");
        await test.ShareAsync(TestBackend.Alice, "work", "anyone", "lr");
        Assert.Single(await test.Backend.Directory.SharersAsync(Anyone, default));
        Assert.Single(await SharesAsync(test));

        if (ends == "right")
            await test.ShareAsync(TestBackend.Alice, "work", "anyone", "");
        if (ends == "right")
            await test.ShareAsync(TestBackend.Alice, "work", TestBackend.Bob, "");
        if (ends == "mailbox")
            await test.Gateway.DeleteMailboxAsync(test.AliceId, work, default);
        if (ends == "user")
            await test.Admin.RemoveUserAsync(TestBackend.Alice, default);
        Assert.Empty(await test.Backend.Directory.SharersAsync(Anyone, default));
        Assert.Empty(await SharesAsync(test));
    }

    [Theory]
    [InlineData(TestBackend.Bob, false)]
    [InlineData("anyone", false)]
    [InlineData("anyone", true)]
    public async Task A_subscription_goes_with_the_mailbox_it_was_to(string identifier, bool others)
    {
        var test = await OpenAsync();
        var work = await ShareAsync(test, identifier, "lr");
        var bob = new Access(test.AliceId, new(test.BobId, TestBackend.Bob));
        if (others)
        {
            await test.ShareAsync(TestBackend.Alice, "INBOX", "anyone", "lr");
            await test.Gateway.SubscribeAsync(bob, MailboxRow.Inbox, true, default);
        }
        Assert.True((await test.Gateway.SubscribeAsync(bob, work, true, default)).IsOk);
        Assert.True((await test.Gateway.DeleteMailboxAsync(test.AliceId, work, default)).IsOk);
        // Nobody but the reader knows what was subscribed to by a right that anyone has: it is found when it is looked at.
        if (identifier == "anyone")
            await test.Gateway.ListVisibleAsync(bob.By!, 0, default);
        Assert.Equal(
            others ? [MailboxRow.Inbox.Value] : [],
            (await SharesAsync(test)).SelectMany(share => share.Subscribed.Ranges.Select(range => range.Last))
        );
        Assert.Equal(others ? 1 : 0, (await SharesAsync(test)).Count());
    }

    [Fact]
    public async Task Hints_that_are_left_over_take_no_place_of_others()
    {
        var test = await OpenAsync();
        var dead = Enumerable
            .Range(0, MailDirectory.MaxSharers)
            .Select(i => (new AccountId($"{i:x32}"), $"u{i}@example.test"));
        var full = new RowTransaction(DirectoryRows.Partition);
        full.Insert(DirectoryRows.Sharers(Anyone), DirectoryRows.ToSharersRow([.. dead]));
        Assert.True((await test.Backend.Directory.CommitAsync(full)).Committed);
        for (var i = 0; i < Share.Most; i += 50)
        {
            var from = i;
            await test.Backend.Accounts.ChangeAsync(
                test.BobId,
                change =>
                {
                    foreach (var number in Enumerable.Range(from, 50))
                    {
                        var owner = new AccountId($"{number:x32}");
                        change.Sharing.SetShare(owner, new(owner, $"u{number}@example.test", UidSet.Of(1)));
                    }
                    return ValueTask.FromResult(true);
                },
                default
            );
        }
        await ShareAsync(test, TestBackend.Bob, "lr");
        await test.ShareAsync(TestBackend.Alice, "work", "anyone", "l");
        var visible = await test.Gateway.ListVisibleAsync(new(test.BobId, TestBackend.Bob), 0, default);
        Assert.Equal([TestBackend.Alice], visible.Shared.Select(one => one.Address));
        Assert.Single(await test.Backend.Directory.SharersAsync(Anyone, default));
    }

    [Fact]
    public async Task Users_who_are_gone_take_no_place_in_a_list_of_rights()
    {
        var test = await OpenAsync();
        var work = await ShareAsync(test, "anyone", "l");
        await test.Backend.Accounts.ChangeAsync(
            test.AliceId,
            change =>
            {
                var row = change.Mailbox(work)!;
                var gone = Enumerable.Range(1, Acl.MaxGrants - 1);
                var grants = gone.Select(i => new Grant(
                    $"u{i}@example.test",
                    new($"{i:x32}"),
                    false,
                    MailboxRights.Read
                ));
                change.SetMailbox(row with { Acl = row.Acl! with { Grants = [.. row.Acl.Grants, .. grants] } });
                return ValueTask.FromResult(true);
            },
            default
        );
        await test.ShareAsync(TestBackend.Alice, "work", TestBackend.Bob, "lr");
        var after = (await test.Backend.Accounts.CurrentAsync(test.AliceId, default))!.Find(work)!.Acl!.Grants;
        Assert.Equal(["anyone", TestBackend.Bob], after.Select(grant => grant.Name));
    }

    /// <summary>One such entry alone, which nothing else would take away.</summary>
    [Fact]
    public async Task What_a_user_had_who_is_gone_can_be_taken_back()
    {
        var test = await OpenAsync();
        var work = await ShareAsync(test, TestBackend.Bob, "lr");
        await test.Backend.Accounts.ChangeAsync(
            test.AliceId,
            change =>
            {
                var row = change.Mailbox(work)!;
                var gone = new Grant("gone@example.test", new($"{1:x32}"), false, MailboxRights.Read);
                change.SetMailbox(row with { Acl = row.Acl! with { Grants = [.. row.Acl.Grants, gone] } });
                return ValueTask.FromResult(true);
            },
            default
        );
        await test.ShareAsync(TestBackend.Alice, "work", "gone@example.test", "");
        var after = (await test.Backend.Accounts.CurrentAsync(test.AliceId, default))!.Find(work)!.Acl!.Grants;
        Assert.Equal([TestBackend.Bob], after.Select(grant => grant.Name));
    }

    [Fact]
    public async Task Who_goes_for_good_is_in_no_list_of_rights()
    {
        var test = await OpenAsync();
        var work = await ShareAsync(test, TestBackend.Bob, "lr");
        await test.Admin.RemoveUserAsync(TestBackend.Bob, default);
        Assert.Empty((await test.Backend.Accounts.CurrentAsync(test.AliceId, default))!.Find(work)!.Acl!.Grants);
    }

    [Theory]
    [InlineData("bob", "right", 1)]
    [InlineData("bob", "user", 0)]
    [InlineData("anyone", "right", 1)]
    [InlineData("anyone", "user", 0)]
    [InlineData("anyone", "denial", 1)]
    public async Task What_a_reader_has_seen_is_forgotten_when_he_goes_for_a_right_may_come_back(
        string who,
        string ends,
        int left
    )
    {
        var test = await OpenAsync();
        var identifier = who == "bob" ? TestBackend.Bob : who;
        var work = await ShareAsync(test, identifier, "lrs");
        await test.AppendAsync(test.AliceId, "work", "Subject: 1\r\n\r\n");
        var bob = new Access(test.AliceId, new(test.BobId, TestBackend.Bob));
        var seeing = new StoreFlagsRequest(bob, work, UidSet.All, FlagAction.Add, MessageFlags.Seen, [], null);
        Assert.True((await test.Gateway.StoreFlagsAsync(seeing, default)).IsOk);
        Assert.Equal(1, await MarksAsync(test, work));

        if (ends == "right")
            await test.ShareAsync(TestBackend.Alice, "work", identifier, "l");
        if (ends == "denial")
            await test.ShareAsync(TestBackend.Alice, "work", $"-{TestBackend.Bob}", "r");
        if (ends == "user")
            await test.Admin.RemoveUserAsync(TestBackend.Bob, default);
        Assert.Equal(left, await MarksAsync(test, work));
    }

    [Theory]
    [InlineData(1, 1500)]
    [InlineData(1, 20)]
    [InlineData(1490, 1500)]
    [InlineData(700, 705)]
    [InlineData(9, 8)]
    public async Task What_a_reader_has_not_seen_is_counted_without_the_mailbox(int first, int last)
    {
        var test = await OpenAsync();
        var work = await ShareAsync(test, TestBackend.Bob, "lrs");
        for (var i = 0; i < 1500; i++)
            await test.AppendAsync(test.AliceId, "work", $"Subject: {i}\r\n\r\n");
        var bob = new Access(test.AliceId, new(test.BobId, TestBackend.Bob));
        var uids = first > last ? UidSet.Empty : UidSet.Of([((uint)first, (uint)last)]);
        var seeing = new StoreFlagsRequest(bob, work, uids, FlagAction.Add, MessageFlags.Seen, [], null);
        Assert.True((await test.Gateway.StoreFlagsAsync(seeing, default)).IsOk);
        // Some that were seen, and some that were not, are gone.
        await test.Gateway.ExpungeAsync(test.AliceId, work, UidSet.Of(5, 701, 1000, 1499), onlyDeleted: false, default);

        rows.Reset();
        var counted = await test.Gateway.CountAsync(bob, work, true, default);
        Assert.InRange(rows.Reads, 1, 2); // What was seen, and a run of pages at most.
        var rowsRead = rows.RowsRead;
        rows.Reset();
        var opened = await test.Gateway.OpenAsync(bob, work, false, default);
        Assert.Equal((opened!.Mailbox.Unseen, opened.Mailbox.HighestModSeq), (counted!.Unseen, counted.HighestModSeq));
        Assert.True(rowsRead < rows.RowsRead, $"{rowsRead} rows to count, {rows.RowsRead} to open");
    }

    [Fact]
    public async Task A_mod_sequence_is_told_without_counting_what_was_not_seen()
    {
        var test = await TestBackend.OpenAsync(rows, options: new() { SoleOwner = false });
        var work = await ShareAsync(test, TestBackend.Bob, "lrs");
        for (var i = 0; i < 3; i++)
            await test.AppendAsync(test.AliceId, "work", $"Subject: {i}\r\n\r\n");
        var bob = new Access(test.AliceId, new(test.BobId, TestBackend.Bob));
        var seeing = new StoreFlagsRequest(bob, work, UidSet.Of(2), FlagAction.Add, MessageFlags.Seen, [], null);
        Assert.True((await test.Gateway.StoreFlagsAsync(seeing, default)).IsOk);
        await using var listener = await ImapServer.ListenAsync(test);
        await using var client = await ImapClient.OpenAsync(listener, login: false);
        await client.DoAsync($"LOGIN {TestBackend.Bob} \"{TestBackend.Password}\"");
        const string status = "STATUS \"Other Users/alice@example.test/work\"";
        await client.DoAsync($"{status} (MESSAGES)");

        var costs = new List<int>();
        foreach (var items in new[] { "(UNSEEN HIGHESTMODSEQ)", "(HIGHESTMODSEQ)" })
        {
            rows.Reset();
            Assert.Matches(@"HIGHESTMODSEQ [1-9]", await client.AskAsync($"{status} {items}"));
            costs.Add(rows.RowsRead);
        }
        Assert.True(costs[1] < costs[0], $"{costs[1]} rows without UNSEEN, {costs[0]} with it");
    }

    async Task<TestBackend> OpenAsync() => await TestBackend.OpenAsync(rows, options: new() { SoleOwner = true });

    static async Task<MailboxId> ShareAsync(TestBackend test, string identifier, string rights)
    {
        var made = await test.Gateway.CreateMailboxAsync(test.AliceId, "work", MailboxRole.None, default);
        await test.ShareAsync(TestBackend.Alice, "work", identifier, rights);
        return made.Value!.Id;
    }

    static async Task<IEnumerable<Share>> SharesAsync(TestBackend test) =>
        (await test.Backend.Accounts.CurrentAsync(test.BobId, default))!.Shares.Values;

    async Task<int> MarksAsync(TestBackend test, MailboxId mailbox) =>
        (await rows.QueryAsync(Tables.Mail, SeenRows.Of(test.AliceId, mailbox), null, 100, default)).Rows.Count;
}
