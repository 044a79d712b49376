using System.Text;
using Cloud.Api.Gateway;
using Cloud.Flow.Door;
using Cloud.Flow.Inbound;
using Cloud.Flow.Outbound;
using Cloud.Mail;
using Cloud.Store;
using Cloud.Store.Messages;
using Cloud.Store.Ports;
using Cloud.Tests.Fakes;
using Cloud.Trust.Content;

namespace Cloud.Tests.Flow.Inbound;

/// <summary>250 means kept, whatever fails in between; 451 means that nothing is.</summary>
public sealed class FilingTests
{
    readonly MemoryBlobs blobs = new();
    readonly ManualClock clock = new();
    readonly MemoryQueues queues;
    readonly Faults faults = new();
    TestBackend test = null!;

    public FilingTests() => queues = new(clock);

    async Task OpenAsync(bool soleOwner = true) =>
        test = await TestBackend.OpenAsync(
            new FaultyRows(new MemoryRows(), faults),
            new FaultyBlobs(blobs, faults),
            new FaultyQueues(queues, faults),
            clock,
            new() { SoleOwner = soleOwner }
        );

    async Task<int> CountAsync(AccountId account) => (await test.OpenAsync(account)).Entries.Count;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_one_account_cannot_take_now_is_filed_later(bool afterDoing)
    {
        await OpenAsync();
        faults.AfterDoing = afterDoing;
        faults.Fail($"commit mail {test.BobId}");
        var result = await test.ReceiveAsync("text", TestBackend.Alice, TestBackend.Bob);
        faults.Heal();
        Assert.Equal(ReceiveStatus.Accepted, result.Status);
        Assert.Equal(1, await CountAsync(test.AliceId));

        await test.Backend.Inbound.WorkAsync(default);
        var bob = await test.OpenAsync(test.BobId);
        Assert.Equal("text", await test.ReadAsync(test.BobId, Assert.Single(bob.Entries).Email));
        Assert.Equal(0, queues.CountOf("inbound"));
        Assert.Equal(2, blobs.Count);
    }

    /// <summary>As long as a message's findings get, and longer than a queue message may be.</summary>
    static Evidence Findings =>
        new(
            DoorOutcome.Junk,
            "",
            "why",
            $"Authentication-Results: mx.test;{new string('>', 8000)}\r\n",
            [.. Enumerable.Range(0, 30).Select(n => new ContentHit($"RULE_{n}", 1, new string('é', 300)))],
            [.. Enumerable.Repeat(new string('<', Evidence.MaxStep), Evidence.MaxSteps)]
        );

    [Theory]
    [InlineData("commit mail")]
    [InlineData("copy")]
    public async Task However_much_was_found_out_the_message_waits_on_the_queue(string fault)
    {
        await OpenAsync();
        var transaction = test.NewTransaction();
        var message = await test.UploadAsync(transaction, "text");
        var request = TestBackend.Request(transaction, message, TestBackend.Alice, TestBackend.Bob);
        faults.Fail(fault);
        var result = await test.Gateway.ReceiveAsync(request with { Evidence = Findings }, default);
        Assert.Equal(ReceiveStatus.Accepted, result.Status);
        await test.Backend.Inbound.WorkAsync(default); // its rest goes onto the queue as well
        faults.Heal();
        clock.Advance(TimeSpan.FromHours(1));
        await test.Backend.Inbound.WorkAsync(default);
        Assert.Equal(0, queues.CountOf("inbound"));
        foreach (var account in new[] { test.AliceId, test.BobId })
            Assert.EndsWith("text", await test.ReadAsync(account, (await JunkOfAsync(account)).Email));
    }

    [Fact]
    public async Task However_much_was_found_out_the_message_is_deferred()
    {
        await OpenAsync();
        var transaction = test.NewTransaction();
        var message = await test.UploadAsync(transaction, "text");
        List<OutboundRecipient> recipients =
        [
            .. Enumerable
                .Range(0, 300)
                .Select(n => new OutboundRecipient(new EmailAddress($"alice.{n:d30}", "example.test"))),
            new(EmailAddress.TryParse(TestBackend.Alice)!),
        ];
        await Deferring.DeferAsync(
            queues,
            transaction,
            Origin.Nobody,
            recipients,
            message,
            Findings,
            clock.GetUtcNow(),
            default
        );
        await test.Backend.Inbound.WorkAsync(default);
        Assert.EndsWith("text", await test.ReadAsync(test.AliceId, (await JunkOfAsync(test.AliceId)).Email));
    }

    async Task<MessageEntry> JunkOfAsync(AccountId account) =>
        Assert.Single((await test.OpenAsync(account, "Junk")).Entries);

    [Fact]
    public async Task A_copy_that_fails_is_made_later()
    {
        await OpenAsync();
        faults.Fail("copy");
        Assert.Equal(
            ReceiveStatus.Accepted,
            (await test.ReceiveAsync("text", TestBackend.Alice, TestBackend.Bob)).Status
        );
        faults.Heal();
        await test.Backend.Inbound.WorkAsync(default);
        Assert.Equal((1, 1), (await CountAsync(test.AliceId), await CountAsync(test.BobId)));
        Assert.Equal(2, blobs.Count);
    }

    [Fact]
    public async Task What_was_filed_and_deleted_does_not_come_back_with_what_is_filed_later()
    {
        await OpenAsync();
        faults.Fail("copy");
        await test.ReceiveAsync("text", TestBackend.Bob, TestBackend.Alice);
        faults.Fail($"commit mail {test.BobId}");
        await test.Backend.Inbound.WorkAsync(default);
        Assert.Equal(1, await CountAsync(test.AliceId));
        await test.Gateway.ExpungeAsync(test.AliceId, new(1), UidSet.All, false, default);
        faults.Heal();

        clock.Advance(TimeSpan.FromHours(1));
        while (await test.Backend.Inbound.WorkAsync(default) > 0) { }
        Assert.Equal((0, 1), (await CountAsync(test.AliceId), await CountAsync(test.BobId)));
        Assert.Equal((1, 0), (blobs.Count, queues.CountOf("inbound")));
    }

    [Fact]
    public async Task More_copies_than_one_queue_message_names_are_made_now_or_not_promised()
    {
        await OpenAsync();
        var many = Enumerable.Range(0, 201).Select(i => $"user{i}@example.test").ToArray();
        foreach (var address in many)
            await test.AddUserAsync(address);
        faults.Fail("copy");
        Assert.Equal(ReceiveStatus.Deferred, (await test.ReceiveAsync("text", many)).Status);
        // Its bytes stay for the sweep: another try of the transaction may have filed them.
        Assert.Equal((1, 0), (blobs.Count, queues.CountOf("inbound")));
    }

    [Fact]
    public async Task When_nobody_can_say_who_the_recipients_are_nothing_is_kept()
    {
        await OpenAsync();
        faults.Fail("get directory");
        Assert.Equal(ReceiveStatus.Deferred, (await test.ReceiveAsync("text", TestBackend.Alice)).Status);
        Assert.Equal(0, blobs.Count);
    }

    [Fact]
    public async Task When_neither_account_nor_queue_takes_it_it_is_deferred()
    {
        await OpenAsync();
        var broken = await TestBackend.OpenAsync(
            new FaultyRows(new MemoryRows(), faults),
            blobs,
            new FaultyQueues(queues, Failing("send")),
            clock
        );
        faults.Fail("commit mail");
        Assert.Equal(ReceiveStatus.Deferred, (await broken.ReceiveAsync("text", TestBackend.Alice)).Status);
        faults.Heal();
        Assert.Empty((await broken.OpenAsync(broken.AliceId)).Entries);
    }

    [Fact]
    public async Task A_message_that_the_queue_took_and_failed_has_its_bytes_when_it_is_filed()
    {
        var queueFaults = Failing("send");
        queueFaults.AfterDoing = true;
        var broken = await TestBackend.OpenAsync(
            new FaultyRows(new MemoryRows(), faults),
            blobs,
            new FaultyQueues(queues, queueFaults),
            clock
        );
        faults.Fail("commit mail");
        var result = await broken.ReceiveAsync("text", TestBackend.Alice, TestBackend.Bob);
        Assert.Equal(ReceiveStatus.Deferred, result.Status);
        faults.Heal();
        await broken.Backend.Inbound.WorkAsync(default);
        foreach (var account in new[] { broken.AliceId, broken.BobId })
        {
            var entry = Assert.Single((await broken.OpenAsync(account)).Entries);
            Assert.Equal("text", await broken.ReadAsync(account, entry.Email));
        }
    }

    [Fact]
    public async Task A_message_that_may_have_been_filed_keeps_its_bytes()
    {
        var rowFaults = new Faults();
        var broken = await TestBackend.OpenAsync(
            new FaultyRows(new MemoryRows(), rowFaults),
            blobs,
            new FaultyQueues(queues, Failing("send")),
            clock,
            new() { SoleOwner = false }
        );
        await broken.ReceiveAsync("first", TestBackend.Alice);
        rowFaults.AfterDoing = true;
        rowFaults.Fail("commit mail");
        await broken.ReceiveAsync("done, and found to be done", TestBackend.Alice);
        rowFaults.AfterDoing = false;
        var unknown = await broken.ReceiveAsync("not done, but who knows", TestBackend.Alice);
        Assert.Equal(ReceiveStatus.Deferred, unknown.Status);
        rowFaults.Heal();

        var view = await broken.OpenAsync(broken.AliceId);
        Assert.Equal(2, view.Entries.Count);
        foreach (var entry in view.Entries)
            Assert.NotNull(await broken.ReadAsync(broken.AliceId, entry.Email));
        Assert.Equal(3, blobs.Count);
    }

    static Faults Failing(string operation)
    {
        var failing = new Faults();
        failing.Fail(operation);
        return failing;
    }

    [Fact]
    public async Task Repeating_a_transaction_files_nothing_twice()
    {
        await OpenAsync();
        var transaction = test.NewTransaction();
        await using var upload = await test.Gateway.BeginUploadAsync(transaction, default);
        await upload.WriteAsync("text"u8.ToArray(), default);
        var request = TestBackend.Request(transaction, await upload.CompleteAsync(default), TestBackend.Alice);
        Assert.Equal(ReceiveStatus.Accepted, (await test.Gateway.ReceiveAsync(request, default)).Status);
        Assert.Equal(ReceiveStatus.Accepted, (await test.Gateway.ReceiveAsync(request, default)).Status);
        await upload.AbandonAsync(default);

        var entry = Assert.Single((await test.OpenAsync(test.AliceId)).Entries);
        Assert.Equal("text", await test.ReadAsync(test.AliceId, entry.Email));
        await test.Gateway.ExpungeAsync(test.AliceId, new(1), UidSet.All, false, default);
        Assert.Equal(ReceiveStatus.Accepted, (await test.Gateway.ReceiveAsync(request, default)).Status);
        Assert.Empty((await test.OpenAsync(test.AliceId)).Entries);
    }

    [Fact]
    public async Task A_removed_message_does_not_come_back_while_its_bytes_linger()
    {
        await OpenAsync();
        var transaction = test.NewTransaction();
        await using var upload = await test.Gateway.BeginUploadAsync(transaction, default);
        await upload.WriteAsync("text"u8.ToArray(), default);
        var request = TestBackend.Request(transaction, await upload.CompleteAsync(default), TestBackend.Alice);
        await test.Gateway.ReceiveAsync(request, default);
        faults.Fail("delete");
        await test.Gateway.ExpungeAsync(test.AliceId, new(1), UidSet.All, false, default);
        faults.Heal();
        Assert.Equal(1, blobs.Count);

        Assert.Equal(ReceiveStatus.Accepted, (await test.Gateway.ReceiveAsync(request, default)).Status);
        Assert.Empty((await test.OpenAsync(test.AliceId)).Entries);
    }

    [Fact]
    public async Task Repeating_an_append_gives_the_same_uid()
    {
        await OpenAsync();
        var transaction = test.NewTransaction();
        var message = await test.UploadAsync(transaction, "text");
        var request = new AppendRequest(transaction, test.AliceId, new(1), message, default, [], clock.GetUtcNow());
        var first = await test.Gateway.AppendAsync(request, default);
        await test.ReceiveAsync("other", TestBackend.Alice);
        var second = await test.Gateway.AppendAsync(request, default);
        Assert.Equal((1u, 1u), (first.Value!.Uid, second.Value!.Uid));
        Assert.Equal(2, await CountAsync(test.AliceId));
    }

    [Fact]
    public async Task Two_messages_with_one_number_are_both_kept()
    {
        await OpenAsync();
        foreach (var high in new[] { 1UL, 2UL, 3UL })
        {
            // The same millisecond, the same low 22 bits.
            var transaction = test.NewTransaction() with
            {
                Random = (high << 32) | 77,
            };
            var message = await test.UploadAsync(transaction, $"text {high}");
            var request = TestBackend.Request(transaction, message, TestBackend.Alice);
            Assert.Equal(ReceiveStatus.Accepted, (await test.Gateway.ReceiveAsync(request, default)).Status);
        }
        var view = await test.OpenAsync(test.AliceId);
        Assert.Equal(3, view.Entries.Select(entry => entry.Email).Distinct().Count());
        Assert.Equal("text 3", await test.ReadAsync(test.AliceId, view.Entries[2].Email));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"Transaction":"1","Source":"s","Sha256":"","Index":"","Deliveries":[null]}""")]
    public async Task A_queue_message_that_makes_no_sense_is_put_aside(string body)
    {
        await OpenAsync();
        await queues.SendAsync("inbound", Encoding.UTF8.GetBytes(body), TimeSpan.Zero, default);
        Assert.Equal(1, await test.Backend.Inbound.WorkAsync(default));
        Assert.Equal((0, 1), (queues.CountOf("inbound"), queues.CountOf(SetAside.Aside)));
    }

    [Fact]
    public async Task What_cannot_be_filed_is_put_aside_in_the_end()
    {
        await OpenAsync();
        faults.Fail($"commit mail {test.BobId}");
        await test.ReceiveAsync("text", TestBackend.Bob);
        for (var i = 0; i < InboundWorker.MaxTries; i++)
        {
            Assert.Equal(0, queues.CountOf(SetAside.Aside));
            await test.Backend.Inbound.WorkAsync(default);
            clock.Advance(TimeSpan.FromHours(1));
        }
        Assert.Equal((0, 1), (queues.CountOf("inbound"), queues.CountOf(SetAside.Aside)));
        Assert.Equal(1, blobs.Count);
    }

    [Fact]
    public async Task What_cannot_be_filed_now_is_done_with_and_waits_in_a_new_message()
    {
        await OpenAsync();
        faults.Fail($"commit mail {test.BobId}");
        await test.ReceiveAsync("text", TestBackend.Bob);
        var message = Assert.Single(await queues.ReceiveAsync("inbound", 32, TimeSpan.FromSeconds(1), default));
        await test.Backend.Inbound.FileAsync(message.Body, default);
        await queues.DeleteAsync("inbound", message, default);
        Assert.Empty(await queues.ReceiveAsync("inbound", 32, TimeSpan.FromSeconds(1), default));

        faults.Heal();
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(1, await test.Backend.Inbound.WorkAsync(default));
        Assert.Equal((1, 0), (await CountAsync(test.BobId), queues.CountOf("inbound")));
    }

    [Fact]
    public async Task A_message_that_always_ends_the_process_is_put_aside()
    {
        await OpenAsync();
        faults.Fail($"commit mail {test.BobId}");
        await test.ReceiveAsync("text", TestBackend.Bob);
        faults.Heal();
        for (var i = 0; i < InboundWorker.MaxTries; i++)
        {
            Assert.Single(await queues.ReceiveAsync("inbound", 1, TimeSpan.FromSeconds(1), default));
            clock.Advance(TimeSpan.FromSeconds(1));
        }
        Assert.Equal(1, await test.Backend.Inbound.WorkAsync(default));
        Assert.Equal((0, 1), (queues.CountOf("inbound"), queues.CountOf(SetAside.Aside)));
    }

    [Fact]
    public async Task An_upload_that_is_not_completed_leaves_nothing()
    {
        await OpenAsync();
        await using (var upload = await test.Gateway.BeginUploadAsync(test.NewTransaction(), default))
            await upload.WriteAsync("half"u8.ToArray(), default);
        Assert.Equal(0, blobs.Count);
    }

    [Fact]
    public async Task An_abandoned_upload_is_removed()
    {
        await OpenAsync();
        await using var upload = await test.Gateway.BeginUploadAsync(test.NewTransaction(), default);
        await upload.CompleteAsync(default);
        await upload.AbandonAsync(default);
        Assert.Equal(0, blobs.Count);
    }
}
