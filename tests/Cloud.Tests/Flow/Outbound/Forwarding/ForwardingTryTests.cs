using Cloud.Api.Gateway;
using Cloud.Flow.Inbound;
using Cloud.Mail;
using Cloud.Store.Messages;
using Cloud.Store.Ports;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Flow.Outbound.Forwarding;

/// <summary>A message that is tried again while the addresses that it is for lead elsewhere by then.</summary>
public sealed class ForwardingTryTests
{
    const string Sales = "sales@example.test";
    const string Far = "ann@far.test";
    const string You = "you@outside.test";
    const string Text = "Subject: Hello\r\n\r\nWell?\r\n";

    readonly Faults faults = new();

    async Task<ForwardingWorld> OpenAsync(params string[] targets)
    {
        var world = await ForwardingWorld.OpenAsync();
        await world.Admin.AddAliasAsync(Sales, targets, default);
        await world.RestartAsync(faults);
        return world;
    }

    static async Task<ReceiveRequest> UploadAsync(ForwardingWorld world, string text = Text)
    {
        var transaction = world.Test.NewTransaction();
        await using var upload = await world.Test.Gateway.BeginUploadAsync(transaction, default);
        await upload.WriteAsync(System.Text.Encoding.UTF8.GetBytes(text), default);
        return TestBackend.Request(transaction, await upload.CompleteAsync(default), Sales);
    }

    static async Task<ReceiveStatus> TryAsync(ForwardingWorld world, ReceiveRequest request, bool repeated) =>
        (await ((LocalGateway)world.Test.Gateway).ReceiveAsync(request, repeated, default)).Status;

    static async Task DoAllAsync(ForwardingWorld world)
    {
        for (var rounds = 0; rounds < 3; rounds++)
        {
            world.Clock.Advance(TimeSpan.FromHours(1));
            await world.Test.Backend.Inbound.WorkAsync(default);
            await world.WorkAsync();
        }
    }

    [Theory]
    [InlineData(new[] { TestBackend.Bob }, new[] { You })]
    [InlineData(new[] { TestBackend.Bob }, new[] { You, TestBackend.Bob })]
    [InlineData(new[] { You, TestBackend.Bob }, new[] { You })]
    public async Task What_a_mailbox_has_stays_there_whatever_is_passed_on_at_the_next_try(
        string[] before,
        string[] after
    )
    {
        var world = await OpenAsync(before);
        var request = await UploadAsync(world);
        Assert.Equal(ReceiveStatus.Accepted, await TryAsync(world, request, repeated: false));
        await world.Admin.AddAliasAsync(Sales, after, default);
        Assert.Equal(ReceiveStatus.Accepted, await TryAsync(world, request, repeated: true));
        await DoAllAsync(world);
        Assert.Equal(You, Assert.Single(world.Relay.Taken).Recipient);
        Assert.EndsWith(Text, world.Relay.Taken.Single().Content);
        Assert.EndsWith(Text, Assert.Single(await world.InboxAsync(world.Test.BobId)));
    }

    [Fact]
    public async Task Nor_does_it_go_with_what_is_passed_on_because_it_was_promised()
    {
        var world = await OpenAsync(You, TestBackend.Bob);
        const string circle = $"Delivered-To: {Sales}\r\n{Text}";
        var request = await UploadAsync(world, circle);
        Assert.Equal(ReceiveStatus.Accepted, await TryAsync(world, request, repeated: false));
        Assert.EndsWith(Text, Assert.Single(await world.InboxAsync(world.Test.BobId)));
        await Deferring.DeferAsync(
            world.Queues,
            request.Transaction,
            request.Envelope.Origin,
            [new(EmailAddress.TryParse(Sales)!)],
            request.Message,
            null,
            world.Clock.GetUtcNow(),
            default
        );
        await DoAllAsync(world);
        Assert.Single(world.Relay.Taken);
        Assert.EndsWith(Text, Assert.Single(await world.InboxAsync(world.Test.BobId)));
    }

    [Fact]
    public async Task What_waits_on_the_queue_goes_where_it_was_promised_to()
    {
        var world = await OpenAsync(You, TestBackend.Bob);
        faults.Fail("commit outbox");
        Assert.Equal(ReceiveStatus.Accepted, await TryAsync(world, await UploadAsync(world), repeated: false));
        faults.Heal();
        await world.Admin.AddAliasAsync(Sales, ["other@outside.test"], default);
        await DoAllAsync(world);
        Assert.Equal(You, Assert.Single(world.Relay.Taken).Recipient);
        Assert.EndsWith(Text, Assert.Single(await world.InboxAsync(world.Test.BobId)));
    }

    [Fact]
    public async Task What_one_has_deleted_since_goes_on_as_it_would_have()
    {
        var world = await OpenAsync(You, TestBackend.Bob);
        var request = await UploadAsync(world, $"Return-Path: <{Far}>\r\n{Text}");
        faults.Fail("commit outbox");
        Assert.Equal(ReceiveStatus.Accepted, await TryAsync(world, request, repeated: false));
        await world.Test.Gateway.ExpungeAsync(world.Test.BobId, new(1), UidSet.All, false, default);
        faults.Heal();
        Assert.False(await world.Blobs.ExistsAsync(request.Message.Blob, default));
        Assert.Equal(ReceiveStatus.Accepted, await TryAsync(world, request, repeated: true));
        await DoAllAsync(world);
        Assert.Equal($"Delivered-To: {Sales}\r\n{Text}", Assert.Single(world.Relay.Taken).Content);
        Assert.Empty(await world.InboxAsync(world.Test.BobId));
    }

    [Fact]
    public void However_long_the_addresses_are_the_queue_takes_them()
    {
        var targets = Enumerable.Range(0, 100).Select(i => $"{i:d3}{new string('é', 50)}@{new string('x', 60)}.test");
        var forward = new Forward(0, false, null, null, [.. targets]);
        var deliveries = Enumerable.Range(0, 20).Select(i => new Delivery("", $"b{i}", $"a{i}@example.test", forward));
        var mail = new InboundMail("t", 0, "s", 1, [], [], [.. deliveries, new("x", "b", "b@example.test")]);
        var parts = mail.Parts();
        Assert.All(parts, part => Assert.InRange(part.Pack().Length, 1, InboundMail.Longest));
        var packed = parts.SelectMany(part => InboundMail.Parse(part.Pack())!.Deliveries).ToList();
        Assert.Equal(mail.Deliveries.Select(one => one.Blob), packed.Select(one => one.Blob));
        Assert.All(packed.SkipLast(1), one => Assert.True(one.Forward!.Targets is null or { Count: 100 }));
    }

    [Fact]
    public async Task A_recipient_that_is_more_than_the_queue_can_hold_is_not_promised()
    {
        var world = await OpenAsync(TestBackend.Bob);
        var mail = new InboundMail(
            "t",
            0,
            "s",
            1,
            [],
            [],
            [new("", "b", new string('x', 50_000), new(0, false, null, null, null))]
        );
        await Assert.ThrowsAsync<StoreException>(() =>
            world.Test.Backend.Filing.QueueAsync(Filing.Queue, mail, TimeSpan.Zero, default).AsTask()
        );
    }

    [Fact]
    public async Task What_leads_to_nobody_any_more_leaves_the_upload_to_whoever_has_it()
    {
        var world = await OpenAsync(TestBackend.Bob);
        var request = await UploadAsync(world);
        Assert.Equal(ReceiveStatus.Accepted, await TryAsync(world, request, repeated: false));
        var lost = new Delivery("", request.Message.Blob, "nobody@example.test", new(0, false, null, null, null));
        var mail = new InboundMail($"{request.Transaction}", 0, request.Message.Blob, 1, [], [], [lost]);
        await world.Test.Backend.Filing.QueueAsync(Filing.Queue, mail, TimeSpan.Zero, default);
        await DoAllAsync(world);
        Assert.EndsWith(Text, Assert.Single(await world.InboxAsync(world.Test.BobId)));
    }

    [Fact]
    public async Task Of_two_tries_at_once_none_takes_for_lost_what_the_other_has_sent()
    {
        var world = await OpenAsync(You);
        var request = await UploadAsync(world);
        faults.Fail("commit outbox");
        Assert.Equal(ReceiveStatus.Accepted, await TryAsync(world, request, repeated: false));
        var other = (LocalGateway)world.Test.Gateway;
        var meanwhile = new Meanwhile(async () =>
        {
            faults.Heal();
            await other.ReceiveAsync(request, repeated: true, default);
            await world.WorkAsync();
            await world.Blobs.DeleteAsync(request.Message.Blob, default);
        });
        await world.RestartAsync(meanwhile, seed: 2);
        Assert.Equal(ReceiveStatus.Accepted, await TryAsync(world, request, repeated: true));
        Assert.True(meanwhile.IsOver);
        await DoAllAsync(world);
        Assert.Single(world.Relay.Taken);
    }

    /// <summary>Does something once the outbox has said for the first time that it has not got the message.</summary>
    sealed class Meanwhile(Func<Task> work) : IFaults
    {
        public bool IsOver { get; private set; }

        public async ValueTask<T> RunAsync<T>(string operation, Func<ValueTask<T>> then)
        {
            var result = await then();
            if (IsOver || !operation.StartsWith("get outbox", StringComparison.Ordinal))
                return result;
            IsOver = true;
            await work();
            return result;
        }
    }
}
