using Cloud.Api.Gateway;
using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;
using Cloud.Store.Ports;
using Cloud.Store.Search;
using Cloud.Store.Threading;
using Cloud.Tests.Fakes;
using static Cloud.Store.Mailboxes.MailboxRights;

namespace Cloud.Tests.Api.Gateway;

/// <summary>Others' mailboxes: each operation does what the list of rights grants, and nothing else.</summary>
public abstract class ReaderTests(Hop hop) : GatewayTests(hop)
{
    const string Text = "From: a@x.test\r\nSubject: hello\r\n\r\ntext\r\n";

    /// <summary>What the operation needs, and whether it was done for whoever asks.</summary>
    sealed record Asked(MailboxRights Needed, Func<World, Task<bool>> DoneAsync);

    /// <summary>Every operation of the gateway that names whose mail it is about.</summary>
    static readonly Dictionary<string, Asked> Operations = new()
    {
        [nameof(IGateway.ShowUseAsync)] = new(
            Read,
            async w => (await w.Gateway.ShowUseAsync(w.Bob, default)).Octets > 0
        ),
        [nameof(IGateway.CreateMailboxAsync)] = new(
            Create,
            async w => (await w.Gateway.CreateMailboxAsync(w.Bob, "work/new", MailboxRole.None, default)).IsOk
        ),
        [nameof(IGateway.DeleteMailboxAsync)] = new(
            Delete,
            async w => (await w.Gateway.DeleteMailboxAsync(w.Bob, w.Work, default)).IsOk
        ),
        [nameof(IGateway.RenameMailboxAsync)] = new(
            Delete,
            async w => (await w.Gateway.RenameMailboxAsync(w.Bob, w.Work, "open/work", default)).IsOk
        ),
        [nameof(IGateway.SubscribeAsync)] = new(
            Lookup,
            async w => (await w.Gateway.SubscribeAsync(w.Bob, w.Work, true, default)).IsOk
        ),
        [nameof(IGateway.CountAsync)] = new(
            Read,
            async w => await w.Gateway.CountAsync(w.Bob, w.Work, true, default) is { Unseen: 1 }
        ),
        [nameof(IGateway.OpenAsync)] = new(
            Read,
            async w => await w.Gateway.OpenAsync(w.Bob, w.Work, false, default) is { Entries.Count: 1 }
        ),
        [nameof(IGateway.SyncAsync)] = new(
            Read,
            async w => await w.Gateway.SyncAsync(w.Bob, w.Work, 0, false, default) is not null
        ),
        [nameof(IGateway.FetchAsync)] = new(
            Read,
            async w => (await w.Gateway.FetchAsync(w.Bob, [w.Email.Id], default)).Count == 1
        ),
        [nameof(IGateway.FetchOverviewsAsync)] = new(
            Read,
            async w => await w.Gateway.FetchOverviewsAsync(w.Bob, w.Work, UidSet.All, default) is not null
        ),
        [nameof(IGateway.ReadAsync)] = new(
            Read,
            async w =>
            {
                await using var octets = await w.Gateway.ReadAsync(w.Bob, w.Email, 0, null, ReadBy.Imap, default);
                return octets is not null;
            }
        ),
        [nameof(IGateway.StoreFlagsAsync)] = new(
            Read | Write,
            async w =>
                (await w.Gateway.StoreFlagsAsync(w.Storing(MessageFlags.Flagged), default)).Value?.Entries.Count == 1
        ),
        [nameof(IGateway.AppendAsync)] = new(Insert, async w => (await w.AppendAsync(w.Bob, w.Work)).IsOk),
        [nameof(IGateway.CopyAsync)] = new(
            Read,
            async w => (await w.Gateway.CopyAsync(new(w.Bob, w.Work, UidSet.All, w.Open), default)).IsOk
        ),
        [nameof(IGateway.MoveAsync)] = new(
            Read | Remove | Expunge,
            async w => (await w.Gateway.MoveAsync(new(w.Bob, w.Work, UidSet.All, w.Open), default)).IsOk
        ),
        [nameof(IGateway.ExpungeAsync)] = new(
            Expunge,
            async w => (await w.Gateway.ExpungeAsync(w.Bob, w.Work, UidSet.All, true, default)).IsOk
        ),
        [nameof(IGateway.WithdrawAsync)] = new(
            Insert,
            async w =>
            {
                var (appended, before) = (w.Test.NewTransaction(), await w.CountAsync());
                await w.AppendAsync(w.Test.AliceId, w.Work);
                await w.AppendAsync(w.Bob, w.Work, appended);
                var done = await w.Gateway.WithdrawAsync(w.Bob, w.Work, [appended, w.Test.NewTransaction()], default);
                return done.IsOk && await w.CountAsync() == before + 1;
            }
        ),
        [nameof(IGateway.SearchAsync)] = new(
            Read,
            async w => (await w.Gateway.SearchAsync(w.Searching, default)).Value?.Count == 1
        ),
        [nameof(IGateway.SortAsync)] = new(
            Read,
            async w =>
                (await w.Gateway.SortAsync(new(w.Searching, [new(SortField.Arrival)]), default)).Value?.Uids.Count == 1
        ),
        [nameof(IGateway.ThreadAsync)] = new(
            Read,
            async w =>
                (await w.Gateway.ThreadAsync(new(w.Searching, ThreadAlgorithm.References), default))
                    .Value
                    ?.Threads
                    .Count == 1
        ),
        [nameof(IGateway.ShowAclAsync)] = new(
            Administer,
            async w => (await w.Gateway.ShowAclAsync(w.Bob, w.Work, default)).IsOk
        ),
        [nameof(IGateway.ChangeAclAsync)] = new(
            Administer,
            async w => (await w.Gateway.ChangeAclAsync(w.Granting("anyone"), default)).IsOk
        ),
    };

    public static TheoryData<string> Names => [.. Operations.Keys];

    [Fact]
    public void No_operation_on_an_accounts_mail_is_left_out()
    {
        var methods = typeof(IGateway)
            .GetMethods()
            .Where(method => method.GetParameters().Any(parameter => NamesAccess(parameter.ParameterType, 2)))
            .Select(method => method.Name);
        Assert.Equal(methods.Order(), Operations.Keys.Order());
    }

    static bool NamesAccess(Type type, int depth) =>
        type == typeof(Access)
        || (
            depth > 0
            && type.Namespace == typeof(Access).Namespace
            && type.GetProperties().Any(property => NamesAccess(property.PropertyType, depth - 1))
        );

    [Theory]
    [MemberData(nameof(Names))]
    public async Task An_operation_needs_its_rights_and_no_others(string name)
    {
        var asked = Operations[name];
        foreach (var right in Enum.GetValues<MailboxRights>().Where(right => asked.Needed.HasFlag(right) && right != 0))
        {
            if (!int.IsPow2((int)right))
                continue;
            Assert.False(await DoneAsync(All & ~right, asked), $"{name} without {right}");
            Assert.False(await DoneAsync(None, asked), $"{name} without any right");
        }
        Assert.True(await DoneAsync(asked.Needed, asked), $"{name} with {asked.Needed}");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task The_owner_needs_none(string name)
    {
        var world = await OpenWorldAsync(None);
        Assert.True(await Operations[name].DoneAsync(world with { Bob = world.Test.AliceId }));
    }

    async Task<bool> DoneAsync(MailboxRights rights, Asked asked)
    {
        var world = await OpenWorldAsync(rights);
        try
        {
            return await asked.DoneAsync(world);
        }
        catch (AccountMissingException)
        {
            return false;
        }
    }

    [Fact]
    public async Task Who_may_not_list_a_mailbox_hears_that_it_is_not_there()
    {
        var hidden = await OpenWorldAsync(Read);
        Assert.Equal(Refusal.NotFound, (await hidden.AppendAsync(hidden.Bob, hidden.Work)).Refusal);
        var listed = await OpenWorldAsync(Read | Lookup);
        Assert.Equal(Refusal.NoPermission, (await listed.AppendAsync(listed.Bob, listed.Work)).Refusal);
    }

    [Fact]
    public async Task Who_gets_the_address_of_a_reader_gets_no_rights_by_it()
    {
        var world = await OpenWorldAsync(All);
        await world.Test.Admin.RemoveUserAsync(TestBackend.Bob, default);
        await world.Test.AddUserAsync(TestBackend.Bob);
        var again = new Reader(await world.Test.AccountAsync(TestBackend.Bob), TestBackend.Bob);
        Assert.Null(await world.Gateway.OpenAsync(new(world.Test.AliceId, again), world.Work, false, default));
        Assert.Null(await world.Gateway.FindSharedAsync(again, TestBackend.Alice, default));
        Assert.Empty((await world.Gateway.ShowAclAsync(world.Test.AliceId, world.Work, default)).Value!.Entries);
    }

    [Fact]
    public async Task A_suspended_reader_reads_no_more()
    {
        var world = await OpenWorldAsync(All);
        await world.Test.Admin.Users.SuspendAsync(TestBackend.Bob, default);
        Assert.Null(await world.Gateway.OpenAsync(world.Bob, world.Work, false, default));
    }

    [Fact]
    public async Task What_is_denied_outweighs_what_is_granted()
    {
        var world = await OpenWorldAsync(None);
        await world.Test.ShareAsync(TestBackend.Alice, "work", "anyone", "lrw");
        await world.Test.ShareAsync(TestBackend.Alice, "work", $"-{TestBackend.Bob}", "w");
        var shared = await world.Gateway.FindSharedAsync(world.Bob.By!, TestBackend.Alice, default);
        Assert.Equal(Lookup | Read, shared!.Mailboxes.Single(one => one.Id == world.Work).Rights);
    }

    [Fact]
    public async Task Tenants_share_nothing_with_each_other()
    {
        var world = await OpenWorldAsync(None);
        var test = world.Test;
        foreach (var (domain, tenant) in new[] { ("one.test", "t1"), ("two.test", "t1"), ("other.test", "t2") })
        {
            await test.Admin.AddDomainAsync(domain, tenant, default);
            await test.AddUserAsync($"u@{domain}");
        }
        await test.ShareAsync("u@one.test", "INBOX", "anyone", "lr");
        foreach (var (address, count) in new[] { ("u@two.test", 1), ("u@other.test", 0), (TestBackend.Bob, 0) })
        {
            var reader = new Reader(await test.AccountAsync(address), address);
            var shared = (await test.Gateway.ListVisibleAsync(reader, 0, default)).Shared;
            Assert.Equal(count, shared.Count(one => one.Address == "u@one.test"));
        }
        var granted = world.Granting("u@one.test");
        Assert.Equal(
            Refusal.CannotBe,
            (await test.Gateway.ChangeAclAsync(granted with { Account = test.AliceId }, default)).Refusal
        );
    }

    [Fact]
    public async Task A_mailbox_has_so_many_grants_and_no_more()
    {
        var world = await OpenWorldAsync(None);
        for (var i = 0; i < Acl.MaxGrants; i++)
        {
            await world.Test.AddUserAsync($"u{i}@example.test");
            await world.Test.ShareAsync(TestBackend.Alice, "work", $"u{i}@example.test", "lr");
        }
        var one = world.Granting(TestBackend.Bob) with { Account = world.Test.AliceId };
        Assert.Equal(Refusal.OverLimit, (await world.Gateway.ChangeAclAsync(one, default)).Refusal);
        Assert.Null(await world.Gateway.OpenAsync(world.Bob, world.Work, false, default));
    }

    [Fact]
    public async Task A_copy_to_another_account_is_all_or_nothing()
    {
        var world = await OpenWorldAsync(All);
        await world.AppendAsync(world.Test.AliceId, world.Work);
        await world.Test.Admin.Users.SetQuotaAsync(TestBackend.Bob, Text.Length + 1, default);
        var request = new CopyRequest(world.Bob, world.Work, UidSet.All, MailboxRow.Inbox) { To = world.Test.BobId };
        Assert.Equal(Refusal.OverQuota, (await world.Gateway.CopyAsync(request, default)).Refusal);
        Assert.Empty((await world.Test.OpenAsync(world.Test.BobId)).Entries);
        Assert.Equal(Refusal.OverQuota, (await world.Gateway.MoveAsync(request, default)).Refusal);
        Assert.Equal(2, (await world.Gateway.OpenAsync(world.Bob, world.Work, false, default))!.Entries.Count);

        await world.Test.Admin.Users.SetQuotaAsync(TestBackend.Bob, 0, default);
        var moved = await world.Gateway.MoveAsync(request, default);
        // Those that were taken back have had the UIDs before these.
        Assert.Equal([(1u, 3u), (2u, 4u)], moved.Value!.Uids);
        Assert.Empty((await world.Gateway.OpenAsync(world.Bob, world.Work, false, default))!.Entries);
        var arrived = await world.Test.OpenAsync(world.Test.BobId);
        Assert.Equal(Text, await world.Test.ReadAsync(world.Test.BobId, arrived.Entries[1].Email));
    }

    [Fact]
    public async Task Who_has_not_appended_a_message_does_not_take_it_out_again()
    {
        var world = await OpenWorldAsync(All);
        var (bobs, owners) = (world.Test.NewTransaction(), world.Test.NewTransaction());
        await world.AppendAsync(world.Bob, world.Work, bobs);
        await world.AppendAsync(world.Test.AliceId, world.Work, owners);
        Assert.True((await world.Gateway.WithdrawAsync(world.Bob, world.Work, [owners], default)).IsOk);
        Assert.True((await world.Gateway.WithdrawAsync(world.Test.AliceId, world.Work, [bobs], default)).IsOk);
        Assert.True((await world.Gateway.WithdrawAsync(world.Bob, world.Open, [bobs], default)).IsOk);
        Assert.Equal(3, await world.CountAsync());
    }

    [Fact]
    public async Task What_was_appended_a_while_ago_is_not_taken_out_again()
    {
        var world = await OpenWorldAsync(All);
        var appended = world.Test.NewTransaction();
        await world.AppendAsync(world.Bob, world.Work, appended);
        ((ManualClock)world.Test.Time).Advance(TimeSpan.FromHours(2));
        Assert.True((await world.Gateway.WithdrawAsync(world.Bob, world.Work, [appended], default)).IsOk);
        Assert.Equal(2, await world.CountAsync());
    }

    [Fact]
    public async Task What_somebody_has_copied_stays_when_the_first_is_taken_out_again()
    {
        var world = await OpenWorldAsync(All);
        var appended = world.Test.NewTransaction();
        var uid = (await world.AppendAsync(world.Bob, world.Work, appended)).Value!.Uid;
        var copy = new CopyRequest(world.Test.AliceId, world.Work, UidSet.Of(uid), world.Work);
        Assert.True((await world.Gateway.CopyAsync(copy, default)).IsOk);
        Assert.Equal(3, await world.CountAsync());
        Assert.True((await world.Gateway.WithdrawAsync(world.Bob, world.Work, [appended], default)).IsOk);
        var left = (await world.Test.OpenAsync(world.Test.AliceId, "work")).Entries.Select(entry => entry.Uid);
        Assert.Equal([1u, uid + 1], left);
    }

    [Fact]
    public async Task What_was_seen_goes_with_the_mailbox()
    {
        var world = await OpenWorldAsync(All);
        await world.Gateway.StoreFlagsAsync(world.Storing(MessageFlags.Seen), default);
        await world.Gateway.DeleteMailboxAsync(world.Test.AliceId, world.Work, default);
        var left = new List<string>();
        await foreach (
            var row in world.Test.Backend.Accounts.Rows.ReadAsync(
                Tables.Mail,
                RowRange.All(world.Test.AliceId.Value),
                default
            )
        )
            left.Add(row.Key.Row);
        Assert.DoesNotContain(left, row => row.StartsWith("v!", StringComparison.Ordinal));
        Assert.DoesNotContain(left, row => row == $"b!{world.Work}");
    }

    async Task<World> OpenWorldAsync(MailboxRights rights)
    {
        var test = await OpenAsync();
        var made = await test.Gateway.CreateMailboxAsync(test.AliceId, "work", MailboxRole.None, default);
        var open = await test.Gateway.CreateMailboxAsync(test.AliceId, "open", MailboxRole.None, default);
        if (rights != None)
            await test.ShareAsync(TestBackend.Alice, "work", TestBackend.Bob, rights.ToLetters());
        // Where things go to, everything is allowed but to read it.
        await test.ShareAsync(TestBackend.Alice, "open", TestBackend.Bob, (All & ~Read).ToLetters());
        await test.AppendAsync(test.AliceId, "work", Text, MessageFlags.Deleted);
        var view = await test.OpenAsync(test.AliceId, "work");
        var email = (await test.Gateway.FetchAsync(test.AliceId, [view.Entries[0].Email], default)).Single();
        var bob = new Access(test.AliceId, new(test.BobId, TestBackend.Bob));
        return new(test, bob, made.Value!.Id, open.Value!.Id, email);
    }

    /// <param name="Bob">Who asks for alice's mail.</param>
    sealed record World(TestBackend Test, Access Bob, MailboxId Work, MailboxId Open, Email Email)
    {
        public IGateway Gateway => Test.Gateway;

        public SearchRequest Searching => new(Bob, Work, UidSet.All, new SearchKey.All());

        public StoreFlagsRequest Storing(MessageFlags flags) =>
            new(Bob, Work, UidSet.All, FlagAction.Add, flags, [], null);

        public ChangeAclRequest Granting(string identifier) =>
            new(Bob, TestBackend.Alice, Work, identifier, FlagAction.Add, Read);

        public async Task<int> CountAsync() => (await Test.OpenAsync(Test.AliceId, "work")).Entries.Count;

        public async Task<Result<AppendResult>> AppendAsync(Access account, MailboxId mailbox, TransactionId? by = null)
        {
            var transaction = by ?? Test.NewTransaction();
            var message = await Test.UploadAsync(transaction, Text);
            return await Gateway.AppendAsync(
                new(transaction, account, mailbox, message, MessageFlags.None, [], Test.Time.GetUtcNow()),
                default
            );
        }
    }
}

public sealed class LocalReaderTests() : ReaderTests(Hop.None);

public sealed class HttpReaderTests() : ReaderTests(Hop.Claim);
