using Cloud.Api.Gateway;
using Cloud.Flow.Inbound;
using Cloud.Flow.Outbound;
using Cloud.Mail;
using Cloud.Store;
using Cloud.Store.Counting;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Flow.Inbound;

/// <summary>Each account has bytes of its own, even if an alias changes between two tries of one transaction.</summary>
public sealed class CopyTests : IAsyncLifetime
{
    const string Team = "team@example.test";

    readonly MemoryBlobs blobs = new();
    readonly CountingBlobs counted;
    readonly ManualClock clock = new();
    readonly Faults faults = new();
    readonly Faults queueFaults = new();
    MemoryQueues queues = null!;
    TestBackend test = null!;

    public CopyTests() => counted = new(blobs);

    public async Task InitializeAsync()
    {
        queues = new(clock);
        test = await TestBackend.OpenAsync(
            new FaultyRows(new MemoryRows(), faults),
            counted,
            new FaultyQueues(queues, queueFaults),
            clock,
            new() { SoleOwner = true }
        );
    }

    public Task DisposeAsync() => Task.CompletedTask;

    Task PointAsync(params string[] targets) => test.Admin.AddAliasAsync(Team, targets, default).AsTask();

    async Task<ReceiveRequest> UploadAsync()
    {
        var transaction = test.NewTransaction();
        return TestBackend.Request(transaction, await test.UploadAsync(transaction, "text"), Team);
    }

    async Task<ReceiveStatus> ReceiveAsync(ReceiveRequest request, bool repeated = false) =>
        (await ((LocalGateway)test.Gateway).ReceiveAsync(request, repeated, default)).Status;

    /// <summary>Alice deletes hers, and bob can read his, now and after the sweep.</summary>
    async Task CheckThatBobHasHisOwnAsync()
    {
        await test.Gateway.ExpungeAsync(test.AliceId, MailboxRow.Inbox, UidSet.All, false, default);
        await CheckBobAsync();
        for (var pass = 0; pass < 2; pass++)
        {
            clock.Advance(TimeSpan.FromDays(3));
            await test.Backend.Sweeper.RunAsync(TimeSpan.FromMinutes(5), default);
        }
        await CheckBobAsync();
        Assert.Single(await NamesAsync());
    }

    async Task CheckBobAsync()
    {
        var entry = Assert.Single((await test.OpenAsync(test.BobId)).Entries);
        Assert.Equal("text", await test.ReadAsync(test.BobId, entry.Email));
    }

    async Task<List<string>> NamesAsync()
    {
        var names = new List<string>();
        await foreach (var blob in blobs.ListAsync("", default))
        {
            if (BlobNames.TryParse(blob.Name) is not null)
                names.Add(blob.Name);
        }
        return names;
    }

    [Fact]
    public async Task An_alias_that_turns_round_between_two_tries()
    {
        await PointAsync(TestBackend.Alice, TestBackend.Bob);
        var request = await UploadAsync();
        faults.Fail($"commit mail {test.BobId}");
        queueFaults.Fail("send");
        Assert.Equal(ReceiveStatus.Deferred, await ReceiveAsync(request));
        faults.Heal();

        await PointAsync(TestBackend.Bob, TestBackend.Alice);
        Assert.Equal(ReceiveStatus.Accepted, await ReceiveAsync(request, repeated: true));
        Assert.Single((await test.OpenAsync(test.AliceId)).Entries);
        await CheckThatBobHasHisOwnAsync();
    }

    [Fact]
    public async Task An_alias_that_leads_to_somebody_else_at_the_second_try()
    {
        await PointAsync(TestBackend.Alice);
        var request = await UploadAsync();
        Assert.Equal(ReceiveStatus.Accepted, await ReceiveAsync(request));
        await PointAsync(TestBackend.Bob);
        Assert.Equal(ReceiveStatus.Accepted, await ReceiveAsync(request, repeated: true));
        await CheckThatBobHasHisOwnAsync();
    }

    [Fact]
    public async Task An_alias_that_changes_while_the_message_waits_on_the_queue()
    {
        await PointAsync(TestBackend.Alice);
        var request = await UploadAsync();
        Assert.Equal(ReceiveStatus.Accepted, await ReceiveAsync(request));
        // Its answer did not get to the listener, which has put it on the queue.
        await Deferring.DeferAsync(
            queues,
            request.Transaction,
            Origin.Nobody,
            [new(EmailAddress.TryParse(Team)!)],
            request.Message,
            null,
            clock.GetUtcNow(),
            default
        );
        await PointAsync(TestBackend.Bob);
        Assert.Equal(1, await test.Backend.Inbound.WorkAsync(default));
        await CheckThatBobHasHisOwnAsync();
    }

    [Fact]
    public async Task A_recipient_that_is_gone_at_the_second_try_takes_nobody_s_bytes_along()
    {
        await PointAsync(TestBackend.Bob);
        var request = await UploadAsync();
        Assert.Equal(ReceiveStatus.Accepted, await ReceiveAsync(request));
        await test.Admin.RemoveAliasAsync(Team, default);
        Assert.Equal(ReceiveStatus.Rejected, await ReceiveAsync(request, repeated: true));
        await CheckBobAsync();
    }

    [Fact]
    public async Task Who_has_the_message_takes_no_copy_when_the_transaction_is_repeated()
    {
        await PointAsync(TestBackend.Alice, TestBackend.Bob);
        var request = await UploadAsync();
        Assert.Equal(ReceiveStatus.Accepted, await ReceiveAsync(request));
        Assert.Equal(1, counted.Copies);
        Assert.Equal(ReceiveStatus.Accepted, await ReceiveAsync(request, repeated: true));
        Assert.Equal((1, 2), (counted.Copies, blobs.Count));
    }

    [Fact]
    public async Task A_copy_that_was_made_is_not_made_again_at_each_try()
    {
        await PointAsync(TestBackend.Alice, TestBackend.Bob);
        faults.Fail($"commit mail {test.BobId}");
        Assert.Equal(ReceiveStatus.Accepted, await ReceiveAsync(await UploadAsync()));
        for (var tries = 0; tries < 5; tries++)
        {
            await test.Backend.Inbound.WorkAsync(default);
            clock.Advance(TimeSpan.FromHours(1));
        }
        faults.Heal();
        Assert.Equal(1, await test.Backend.Inbound.WorkAsync(default));
        await CheckBobAsync();
        Assert.Equal((1, 2), (counted.Copies, blobs.Count));
    }

    [Fact]
    public async Task A_message_that_was_deferred_is_copied_once()
    {
        await PointAsync(TestBackend.Bob);
        var request = await UploadAsync();
        OutboundRecipient[] team = [new(EmailAddress.TryParse(Team)!)];
        await Deferring.DeferAsync(
            queues,
            request.Transaction,
            Origin.Nobody,
            team,
            request.Message,
            null,
            clock.GetUtcNow(),
            default
        );
        faults.Fail($"commit mail {test.BobId}");
        await test.Backend.Inbound.WorkAsync(default);
        faults.Heal();
        clock.Advance(TimeSpan.FromHours(1));
        await test.Backend.Inbound.WorkAsync(default);
        await CheckBobAsync();
        Assert.Equal(1, counted.Copies);
    }

    [Fact]
    public async Task Who_has_deleted_the_message_is_left_no_copy_of_it()
    {
        await PointAsync(TestBackend.Bob, TestBackend.Alice);
        var request = await UploadAsync();
        Assert.Equal(ReceiveStatus.Accepted, await ReceiveAsync(request));
        await test.Gateway.ExpungeAsync(test.AliceId, MailboxRow.Inbox, UidSet.All, false, default);
        Assert.Equal(ReceiveStatus.Accepted, await ReceiveAsync(request, repeated: true));
        Assert.Empty((await test.OpenAsync(test.AliceId)).Entries);
        Assert.Equal(request.Message.Blob, Assert.Single(await NamesAsync()));
    }

    [Fact]
    public async Task A_copy_is_named_by_its_transaction_and_its_account()
    {
        var request = await UploadAsync();
        await PointAsync(TestBackend.Alice, TestBackend.Bob);
        await ReceiveAsync(request);
        var upload = request.Message.Blob;
        Assert.Equal([upload, $"{upload}-{test.BobId}"], (await NamesAsync()).Order());
        foreach (var name in await NamesAsync())
            Assert.Equal(request.Transaction, BlobNames.TryParse(name)?.Transaction);
        foreach (var name in new[] { "store", upload[..^1], $"{upload}-", $"{upload}1", $"00{upload[2..]}x" })
            Assert.Null(BlobNames.TryParse(name));
    }
}
