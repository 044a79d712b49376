using System.Text;
using Cloud.Api.Gateway;
using Cloud.Flow.Inbound;
using Cloud.Flow.Sweep;
using Cloud.Store;
using Cloud.Store.Azure;
using Cloud.Store.Local;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;
using Cloud.Store.Ports;
using Cloud.Tests.Fakes;
using Cloud.Tests.Store.Azure;
using Cloud.Tests.Store.Local;

namespace Cloud.Tests.Flow.Sweep;

/// <summary>Bytes that nobody can reach any more are removed; others never.</summary>
public abstract class OrphanSuite : IAsyncLifetime
{
    protected static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    protected Faults Faults { get; } = new();

    protected TestBackend Test { get; private set; } = null!;

    /// <summary>Moved by the tests; the store's own time may be another.</summary>
    protected ManualClock Clock { get; } = new();

    protected IBlobs Blobs => Test.Backend.Accounts.Blobs;

    protected IQueues Queues { get; private set; } = null!;

    protected abstract Task<(IRows, IBlobs, IQueues)> OpenAsync();

    protected virtual Task CloseAsync() => Task.CompletedTask;

    public async Task InitializeAsync()
    {
        var (rows, blobs, queues) = await OpenAsync();
        Queues = new FaultyQueues(queues, Faults);
        Test = await TestBackend.OpenAsync(
            new FaultyRows(rows, Faults),
            new FaultyBlobs(blobs, Faults),
            Queues,
            Clock,
            new() { SoleOwner = false }
        );
        await Test.Backend.Sweeper.RunAsync(Limit, default); // the store gets its name
    }

    public Task DisposeAsync() => CloseAsync();

    /// <summary>What a server leaves that is killed between upload and commit.</summary>
    /// <param name="copyOf">Whose copy it was to be; null for what was uploaded.</param>
    protected async Task<string> LoseAsync(string text, AccountId? copyOf = null)
    {
        var transaction = Test.NewTransaction();
        var name = copyOf is { } account ? BlobNames.Of(transaction, account) : BlobNames.Of(transaction);
        await using var writer = await Blobs.CreateAsync(name, default);
        await writer.WriteAsync(Encoding.UTF8.GetBytes(text), default);
        await writer.CompleteAsync(default);
        return name;
    }

    /// <summary>A pass, and the run an hour later that removes what it found.</summary>
    protected async Task<SweepResult> SweepAsync(TimeSpan after)
    {
        Clock.Advance(after);
        var pass = await Test.Backend.Sweeper.RunAsync(Limit, default);
        Assert.True(pass.IsComplete);
        Noted = await OrphansAsync();
        Clock.Advance(TimeSpan.FromHours(1));
        var removal = await Test.Backend.Sweeper.RunAsync(Limit, default);
        return removal with { Blobs = pass.Blobs + removal.Blobs };
    }

    /// <summary>What operators were told between the two runs.</summary>
    protected long Noted { get; private set; }

    protected async Task<long> OrphansAsync() => (await Test.Backend.Statistics.ReadAsync(default)).Orphans;

    protected Task<SweepResult> SweepAsync() => SweepAsync(TimeSpan.FromDays(3));

    protected async Task<List<string>> NamesAsync()
    {
        var names = new List<string>();
        await foreach (var blob in Blobs.ListAsync("", default))
        {
            if (BlobNames.TryParse(blob.Name) is not null)
                names.Add(blob.Name);
        }
        return names;
    }

    protected async Task CheckReadableAsync(AccountId account, params string[] texts)
    {
        var found = new List<string?>();
        foreach (var mailbox in await Test.Gateway.ListMailboxesAsync(account, default))
        {
            foreach (var entry in (await Test.OpenAsync(account, mailbox.Name)).Entries)
                found.Add(await Test.ReadAsync(account, entry.Email));
        }
        Assert.Equal(texts.Order(), found.Order());
    }

    [Fact]
    public async Task Lost_bytes_go_and_mail_stays()
    {
        await Test.ReceiveAsync("to both", TestBackend.Alice, TestBackend.Bob);
        await Test.AppendAsync(Test.AliceId, "Sent", "appended");
        for (var i = 0; i < 40; i++)
            await LoseAsync($"lost {i}", i % 3 == 0 ? null : Test.BobId);
        await Test.ReceiveAsync("to bob", TestBackend.Bob);
        Assert.Equal(44, (await NamesAsync()).Count);

        var done = await SweepAsync();
        Assert.Equal((40, 0), (done.Blobs, done.Held));
        Assert.Equal((40, 0), (Noted, await OrphansAsync()));
        await CheckReadableAsync(Test.AliceId, "to both", "appended");
        await CheckReadableAsync(Test.BobId, "to both", "to bob");
        Assert.Equal(4, (await NamesAsync()).Count);
    }

    [Fact]
    public async Task A_copy_whose_deletion_failed_goes_and_the_other_stays()
    {
        await Test.ReceiveAsync("to both", TestBackend.Alice, TestBackend.Bob);
        Faults.Fail("delete");
        await Test.Gateway.ExpungeAsync(Test.AliceId, MailboxRow.Inbox, UidSet.All, false, default);
        Faults.Heal();
        Assert.Equal(2, (await NamesAsync()).Count);

        Assert.Equal(1, (await SweepAsync()).Blobs);
        await CheckReadableAsync(Test.BobId, "to both");
        await CheckReadableAsync(Test.AliceId);
        Assert.Single(await NamesAsync());
    }

    [Fact]
    public async Task What_waits_on_the_inbound_queue_is_in_use_however_long_it_waits()
    {
        await LoseAsync("lost");
        Faults.Fail($"commit mail {Test.AliceId}");
        Assert.Equal(ReceiveStatus.Accepted, (await Test.ReceiveAsync("waits", TestBackend.Alice)).Status);
        var held = await SweepAsync();
        Assert.Equal((0, 2, SweepHold.InboundWaits), (held.Blobs, held.Held, held.Hold));

        Faults.Heal();
        await Test.Backend.Inbound.WorkAsync(default);
        await CheckReadableAsync(Test.AliceId, "waits");
        Assert.Equal(1, (await SweepAsync()).Blobs);
        await CheckReadableAsync(Test.AliceId, "waits");
    }

    [Theory]
    [InlineData(InboundWorker.Poison)]
    [InlineData(SetAside.Aside)]
    public async Task What_was_set_aside_is_in_use(string queue)
    {
        var lost = await LoseAsync("lost");
        Faults.Fail($"commit mail {Test.AliceId}");
        await Test.ReceiveAsync("poisoned", TestBackend.Alice);
        Faults.Heal();
        var message = Assert.Single(await Queues.ReceiveAsync(Filing.Queue, 1, TimeSpan.FromMinutes(1), default));
        await Queues.SendAsync(queue, message.Body, TimeSpan.Zero, default);
        await Queues.DeleteAsync(Filing.Queue, message, default);

        Assert.Equal(1, (await SweepAsync()).Blobs);
        var kept = Assert.Single(await NamesAsync());
        Assert.NotEqual(lost, kept);
        await LoseAsync("lost, too");
        await Queues.SendAsync(queue, "not ours"u8.ToArray(), TimeSpan.Zero, default);
        var held = await SweepAsync();
        Assert.Equal((0, SweepHold.AsideUnread), (held.Blobs, held.Hold));
        Assert.Equal(2, (await NamesAsync()).Count);
    }
}

/// <summary>What does not depend on the adapter.</summary>
public sealed class MemoryOrphanTests : OrphanSuite
{
    protected override Task<(IRows, IBlobs, IQueues)> OpenAsync() =>
        Task.FromResult<(IRows, IBlobs, IQueues)>((new MemoryRows(), new MemoryBlobs(), new MemoryQueues(Clock)));

    [Fact]
    public async Task Young_bytes_may_still_be_on_their_way()
    {
        var lost = await LoseAsync("just uploaded");
        Assert.Equal(0, (await SweepAsync(TimeSpan.FromHours(47))).Blobs);
        Assert.Equal([lost], await NamesAsync());
        Assert.Equal(1, (await SweepAsync(TimeSpan.FromHours(25))).Blobs);
        Assert.Empty(await NamesAsync());
    }

    [Fact]
    public async Task A_message_that_slept_with_its_machine_before_it_was_filed_is_kept()
    {
        Faults.Fail($"commit mail {Test.AliceId}");
        await Test.ReceiveAsync("slept", TestBackend.Alice);
        var message = Assert.Single(await Queues.ReceiveAsync(Filing.Queue, 1, TimeSpan.FromDays(7), default));
        await Queues.DeleteAsync(Filing.Queue, message, default); // as if it were in a process' memory alone
        Faults.Heal();
        Clock.Advance(TimeSpan.FromDays(3));
        await Test.Backend.Sweeper.RunAsync(Limit, default); // at once after waking
        await Queues.SendAsync(Filing.Queue, message.Body, TimeSpan.Zero, default);
        await Test.Backend.Inbound.WorkAsync(default);
        Assert.Equal(0, (await SweepAsync(TimeSpan.FromHours(1))).Blobs);
        await CheckReadableAsync(Test.AliceId, "slept");
    }

    [Fact]
    public async Task An_upload_that_took_half_a_day_is_refused()
    {
        var transaction = Test.NewTransaction();
        await using var upload = await Test.Gateway.BeginUploadAsync(transaction, default);
        Clock.Advance(TimeSpan.FromHours(13));
        await upload.WriteAsync("slow"u8.ToArray(), default);
        await Assert.ThrowsAsync<StoreException>(() => upload.CompleteAsync(default).AsTask());
        Assert.Empty(await NamesAsync());
    }

    [Fact]
    public async Task Blobs_of_another_store_are_left_alone()
    {
        await Test.ReceiveAsync("mail", TestBackend.Alice);
        var other = await TestBackend.OpenAsync(blobs: Blobs, time: Clock, seed: 7); // rows of its own
        Clock.Advance(TimeSpan.FromDays(3));
        await other.Backend.Sweeper.RunAsync(Limit, default);
        Clock.Advance(TimeSpan.FromHours(1));
        var result = await other.Backend.Sweeper.RunAsync(Limit, default);
        Assert.Equal((0, 1, SweepHold.WrongStore), (result.Blobs, result.Held, result.Hold));
        await CheckReadableAsync(Test.AliceId, "mail");
    }

    [Fact]
    public async Task A_run_that_fails_anywhere_goes_on_the_next_time()
    {
        await Test.ReceiveAsync("to both", TestBackend.Alice, TestBackend.Bob);
        for (var i = 0; i < 20; i++)
            await LoseAsync($"lost {i}", i % 3 == 0 ? null : Test.BobId);
        Clock.Advance(TimeSpan.FromDays(3));
        foreach (var operation in new[] { "get", "query", "commit sweep", "count", "open", "delete" })
        {
            for (var after = 0; after < 4; after++)
            {
                Faults.AfterDoing = after % 2 == 0;
                Faults.Fail(operation, after);
                try
                {
                    await Test.Backend.Sweeper.RunAsync(Limit, default);
                }
                catch (StoreException)
                {
                    continue;
                }
            }
        }
        Faults.Heal();
        await SweepAsync();
        Assert.Equal(2, (await NamesAsync()).Count);
        await CheckReadableAsync(Test.AliceId, "to both");
        await CheckReadableAsync(Test.BobId, "to both");
    }

    [Fact]
    public async Task A_removed_user_s_bytes_go_too()
    {
        await Test.ReceiveAsync("to both", TestBackend.Alice, TestBackend.Bob);
        await Test.Admin.RemoveUserAsync(TestBackend.Alice, default);
        await LoseAsync("of the removed one", copyOf: Test.AliceId);
        Assert.Equal(1, (await SweepAsync()).Blobs);
        await CheckReadableAsync(Test.BobId, "to both");
    }
}

public sealed class LocalOrphanTests : OrphanSuite
{
    readonly LocalDirectory directory = new();

    protected override async Task<(IRows, IBlobs, IQueues)> OpenAsync()
    {
        var store = await LocalStore.OpenAsync(directory.Small with { Time = Clock }, default);
        return (store.Rows, store.Blobs, store.Queues);
    }

    protected override Task CloseAsync() => directory.DisposeAsync().AsTask();
}

/// <summary>An Azurite of their own for each: the sweep looks at a store as a whole.</summary>
public sealed class AzureOrphanTests : OrphanSuite
{
    AzuriteProcess? process;

    protected override async Task<(IRows, IBlobs, IQueues)> OpenAsync()
    {
        process = await AzuriteProcess.StartAsync();
        var store = AzureStore.Open(new() { ConnectionString = process.ConnectionString });
        return (store.Rows, store.Blobs, store.Queues);
    }

    protected override async Task CloseAsync()
    {
        if (process is not null)
            await process.DisposeAsync();
    }
}
