using Cloud.Api.Gateway;
using Cloud.Store;
using Cloud.Store.Mailboxes;
using Cloud.Store.Ports;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Api.Gateway;

/// <summary>A store that fails somewhere between the hint and the list of rights.</summary>
public sealed class InterruptedGrantTests
{
    public static TheoryData<string, int, bool> Faults
    {
        get
        {
            var faults = new TheoryData<string, int, bool>();
            foreach (var identifier in new[] { TestBackend.Bob, "anyone" })
            {
                for (var passing = 0; passing < 8; passing++)
                {
                    faults.Add(identifier, passing, true);
                    faults.Add(identifier, passing, false);
                }
            }
            return faults;
        }
    }

    [Fact]
    public async Task A_grant_that_is_repeated_is_told_to_the_reader_who_has_not_heard_of_it()
    {
        var faults = new Faults();
        var test = await TestBackend.OpenAsync(new FaultyRows(new MemoryRows(), faults));
        var reader = new Reader(test.BobId, TestBackend.Bob);
        var rights = MailboxRights.Lookup | MailboxRights.Read;
        var grant = new ChangeAclRequest(
            test.AliceId,
            TestBackend.Alice,
            MailboxRow.Inbox,
            TestBackend.Bob,
            FlagAction.Replace,
            rights
        );
        // The hint before and the rights are written; that the reader has them now is not.
        faults.Fail("commit", 2);
        await Assert.ThrowsAsync<StoreException>(async () => await test.Gateway.ChangeAclAsync(grant, default));
        faults.Heal();
        var (known, revision) = (await SharersAsync(), await test.Gateway.WatchAsync(test.BobId, 0, default));

        Assert.True((await test.Gateway.ChangeAclAsync(grant, default)).IsOk);
        Assert.True(await test.Gateway.WatchAsync(test.BobId, 0, default) > revision);
        Assert.NotEqual(known, known = await SharersAsync());

        // Who has heard of it is left alone, and hears of what comes next.
        revision = await test.Gateway.WatchAsync(test.BobId, 0, default);
        Assert.True((await test.Gateway.ChangeAclAsync(grant, default)).IsOk);
        Assert.Equal(revision, await test.Gateway.WatchAsync(test.BobId, 0, default));
        await test.ShareAsync(TestBackend.Alice, "Sent", TestBackend.Bob, "lr");
        Assert.NotEqual(known, await SharersAsync());

        async Task<ulong> SharersAsync() => (await test.Gateway.ListVisibleAsync(reader, 0, default)).Sharers;
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_grant_that_breaks_off_gives_nothing_in_secret_and_hides_nothing(
        string identifier,
        int passing,
        bool afterDoing
    )
    {
        var faults = new Faults { AfterDoing = afterDoing };
        var test = await TestBackend.OpenAsync(new FaultyRows(new MemoryRows(), faults));
        var reader = new Reader(test.BobId, TestBackend.Bob);
        var grant = new ChangeAclRequest(
            test.AliceId,
            TestBackend.Alice,
            MailboxRow.Inbox,
            identifier,
            FlagAction.Replace,
            MailboxRights.Lookup | MailboxRights.Read
        );

        await BreakAsync(grant);
        await AgreeAsync();
        Assert.True((await test.Gateway.ChangeAclAsync(grant, default)).IsOk);
        Assert.True(await AgreeAsync());

        await BreakAsync(grant with { Rights = MailboxRights.None });
        await AgreeAsync();
        Assert.True((await test.Gateway.ChangeAclAsync(grant with { Rights = MailboxRights.None }, default)).IsOk);
        Assert.False(await AgreeAsync());
        Assert.Empty((await test.Backend.Accounts.CurrentAsync(test.BobId, default))!.Shares);

        async Task BreakAsync(ChangeAclRequest request)
        {
            faults.Fail("commit", passing);
            try
            {
                await test.Gateway.ChangeAclAsync(request, default);
            }
            catch (StoreException)
            {
                // As it was meant to.
            }
            faults.Heal();
            // Whatever memory has of it, the rows decide.
            await test.Backend.Accounts.ForgetAsync(test.AliceId, default);
            await test.Backend.Accounts.ForgetAsync(test.BobId, default);
        }

        // What the owner is told, what the reader may, and what the reader is shown are one.
        async Task<bool> AgreeAsync()
        {
            var told = (await test.Gateway.ShowAclAsync(test.AliceId, MailboxRow.Inbox, default)).Value!.Entries.Count;
            var opened = await test.Gateway.OpenAsync(new(test.AliceId, reader), MailboxRow.Inbox, false, default);
            var listed = (await test.Gateway.ListVisibleAsync(reader, 0, default)).Shared.Count;
            Assert.Equal((told, told), (opened is null ? 0 : 1, listed));
            return told == 1;
        }
    }
}
