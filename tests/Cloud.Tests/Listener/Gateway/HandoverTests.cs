using System.Globalization;
using Cloud.Api.Gateway;
using Cloud.Api.Gateway.Wire;
using Cloud.Flow.Outbound;
using Cloud.Flow.Submission;
using Cloud.Listener.Gateway;
using Cloud.Mail;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;
using Cloud.Store.Ports;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Listener.Gateway;

/// <summary>250 means kept, whatever becomes of the hand-over; and kept means once.</summary>
public sealed class HandoverTests : HopTests
{
    async Task<ReceiveResult> ReceiveAsync(HttpGateway gateway, params string[] recipients)
    {
        var transaction = Test.NewTransaction();
        await using var upload = await gateway.BeginUploadAsync(transaction, default);
        await upload.WriteAsync("text"u8.ToArray(), default);
        var message = await upload.CompleteAsync(default);
        var result = await PassAsync(
            gateway.ReceiveAsync(TestBackend.Request(transaction, message, recipients), default)
        );
        if (result.Status != ReceiveStatus.Accepted)
            await upload.AbandonAsync(default);
        return result;
    }

    async Task<int> CountAsync(Cloud.Store.AccountId account)
    {
        Hop.Instead = null;
        return (await Test.OpenAsync(account)).Entries.Count;
    }

    async Task EmptyAsync()
    {
        var inbox = MailboxRow.Inbox;
        await new LocalGateway(Test.Backend).ExpungeAsync(Test.AliceId, inbox, UidSet.All, false, default);
    }

    [Theory]
    [InlineData("abort")]
    [InlineData("lose")]
    [InlineData("hang")]
    [InlineData("503")]
    [InlineData("401")]
    [InlineData("page")]
    public async Task What_cannot_be_handed_over_waits_on_the_queue_and_is_filed_once(string how)
    {
        await using var gateway = Connect();
        Hop.Instead = how switch
        {
            "abort" => Abort,
            "lose" => Lose,
            "hang" => Hang,
            "503" => Say(503, "text/html", ""),
            "401" => Say(401, "text/html", ""),
            _ => Say(200, "text/html", "hello"),
        };
        var began = Clock.GetUtcNow();
        var result = await ReceiveAsync(gateway, TestBackend.Alice, "Bob+detail@Example.Test");
        Assert.Equal(ReceiveStatus.Accepted, result.Status);
        Assert.InRange(Clock.GetUtcNow() - began, TimeSpan.Zero, GatewayBudgets.Delivery + TimeSpan.FromSeconds(1));
        Assert.Equal(1, Queues.CountOf("inbound"));

        Assert.Equal(1, await Test.Backend.Inbound.WorkAsync(default));
        Assert.Equal((1, 1), (await CountAsync(Test.AliceId), await CountAsync(Test.BobId)));
        Assert.Equal("text", await Test.ReadAsync(Test.BobId, (await Test.OpenAsync(Test.BobId)).Entries[0].Email));
        // Where it was filed and nobody heard of it, the second try makes no copy. Else the upload itself is the sweep's:
        // nobody can say that the first try gave it to nobody.
        Assert.Equal((0, how == "lose" ? 2 : 3), (Queues.CountOf("inbound"), Blobs.Count));
    }

    [Fact]
    public async Task What_was_filed_deferred_and_deleted_does_not_come_back()
    {
        await using var gateway = Connect(Options with { Tries = 1 });
        Hop.Instead = Lose;
        await ReceiveAsync(gateway, TestBackend.Alice);
        await EmptyAsync();
        Assert.Equal(1, await Test.Backend.Inbound.WorkAsync(default));
        Assert.Equal((0, 0), (await CountAsync(Test.AliceId), Queues.CountOf("inbound")));
    }

    [Fact]
    public async Task What_was_filed_and_deleted_before_the_second_try_does_not_come_back()
    {
        await using var gateway = Connect();
        var lost = false;
        Hop.Instead = async (http, answer) =>
        {
            if (lost)
            {
                await answer();
                return;
            }
            lost = true;
            await Lose(
                http,
                async () =>
                {
                    await answer();
                    await EmptyAsync(); // before the caller notices, who tries again at once
                }
            );
        };
        Assert.Equal(ReceiveStatus.Accepted, (await ReceiveAsync(gateway, TestBackend.Alice)).Status);
        Assert.Equal(2, Asked("receive"));
        Assert.Equal((0, 0), (await CountAsync(Test.AliceId), Queues.CountOf("inbound")));
    }

    [Fact]
    public async Task A_call_that_comes_late_counts_as_a_repetition()
    {
        await using var gateway = Connect(Options with { Tries = 1 });
        // The host holds the call back; meanwhile the queue takes over, the message is filed, read and deleted.
        var release = new TaskCompletionSource();
        var done = new TaskCompletionSource();
        Hop.Instead = async (http, answer) =>
        {
            var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body);
            body.Position = 0;
            http.Request.Body = body;
            http.RequestAborted = default;
            await release.Task;
            http.Response.Body = new MemoryStream();
            await answer();
            done.SetResult();
        };
        var transaction = Test.NewTransaction();
        var message = await UploadAsync(gateway, transaction);
        var call = gateway.ReceiveAsync(TestBackend.Request(transaction, message, TestBackend.Alice), default).AsTask();
        while (Asked("receive") == 0)
            await Task.Delay(1);
        Clock.Advance(GatewayBudgets.Delivery);
        Assert.Equal(ReceiveStatus.Accepted, (await call).Status);
        Assert.Equal(1, await Test.Backend.Inbound.WorkAsync(default));
        await EmptyAsync();

        release.SetResult();
        await done.Task;
        Assert.Equal(0, await CountAsync(Test.AliceId));
    }

    [Fact]
    public async Task What_neither_service_nor_queue_takes_is_refused_for_now_and_its_octets_stay()
    {
        await using var gateway = Connect(Options with { Tries = 1 });
        Hop.Instead = Abort;
        Faults.Fail("send");
        await Assert.ThrowsAnyAsync<StoreException>(() => ReceiveAsync(gateway, TestBackend.Alice));
        Assert.Equal(1, Blobs.Count); // it may be filed yet
    }

    [Fact]
    public async Task A_refusal_is_no_fault_and_leaves_nothing()
    {
        await using var gateway = Connect();
        var result = await ReceiveAsync(gateway, "nobody@example.test");
        Assert.Equal(new ReceiveResult(ReceiveStatus.Rejected, "No such user", "1.1"), result);
        Assert.Equal((0, 0), (Blobs.Count, Queues.CountOf("inbound")));
    }

    [Fact]
    public async Task Without_a_queue_the_peer_is_to_come_again()
    {
        await using var gateway = Connect(Options with { Tries = 1 }, claims: false);
        Hop.Instead = (http, answer) => http.Request.Path.Value!.EndsWith("receive") ? Abort(http, answer) : answer();
        await Assert.ThrowsAnyAsync<StoreException>(() => ReceiveAsync(gateway, TestBackend.Alice));
        Assert.Equal(1, Blobs.Count);
    }

    [Fact]
    public async Task A_submission_is_not_put_on_the_queue()
    {
        await using var gateway = Connect(Options with { Tries = 1 });
        var transaction = Test.NewTransaction();
        var message = await UploadAsync(gateway, transaction);
        Hop.Instead = Abort;
        var alice = EmailAddress.TryParse(TestBackend.Alice)!;
        var content = new SubmittedContent([alice], null, "id", null, default, default, false, false, false);
        var bob = new OutboundRecipient(EmailAddress.TryParse(TestBackend.Bob)!);
        await Assert.ThrowsAnyAsync<StoreException>(() =>
            PassAsync(gateway.SubmitAsync(new(transaction, Test.AliceId, alice, [bob], message, content), default))
        );
        Assert.Equal(0, Queues.CountOf("inbound"));
    }

    [Fact]
    public async Task An_append_whose_answer_got_lost_is_done_once()
    {
        await using var gateway = Connect();
        var sent = (await Test.MailboxAsync(Test.AliceId, "Sent")).Id;
        var transaction = Test.NewTransaction();
        var message = await UploadAsync(gateway, transaction);
        var losses = 1;
        Hop.Instead = (http, answer) => losses-- > 0 ? Lose(http, answer) : answer();
        var request = new AppendRequest(
            transaction,
            Test.AliceId,
            sent,
            message,
            MessageFlags.Seen,
            [],
            Clock.GetUtcNow()
        );
        var appended = await PassAsync(gateway.AppendAsync(request, default));
        Assert.Equal((2, 1u), (Asked("append"), appended.Value!.Uid));
        Assert.Single((await Test.OpenAsync(Test.AliceId, "Sent")).Entries);
    }

    [Fact]
    public async Task Recipients_that_the_directory_does_not_tell_now_wait_longer()
    {
        await using var gateway = Connect(Options with { Tries = 1 });
        Hop.Instead = Abort;
        await ReceiveAsync(gateway, TestBackend.Alice);
        Clock.Advance(TimeSpan.FromMinutes(1)); // nothing is known from before
        Faults.Fail("get directory");
        await Test.Backend.Inbound.WorkAsync(default);
        Assert.Equal(1, Queues.CountOf("inbound"));
        Faults.Heal();
        Clock.Advance(TimeSpan.FromMinutes(1));
        await Test.Backend.Inbound.WorkAsync(default);
        Assert.Equal((1, 0), (await CountAsync(Test.AliceId), Queues.CountOf("inbound")));
    }

    [Fact]
    public async Task Too_many_recipients_for_the_queue_are_refused_for_now()
    {
        await using var gateway = Connect(Options with { Tries = 1 });
        Hop.Instead = Abort;
        var many = Enumerable
            .Range(0, 1000)
            .Select(i => string.Create(CultureInfo.InvariantCulture, $"alice+{i:d40}@example.test"));
        await Assert.ThrowsAnyAsync<StoreException>(() => ReceiveAsync(gateway, [.. many]));
        Assert.Equal(0, Queues.CountOf("inbound"));
    }

    [Fact]
    public async Task An_address_goes_by_the_queue_as_it_is()
    {
        var odd = new EmailAddress("a b\"@c", "example.test");
        await Test.Admin.AddAliasAsync(odd.ToString(), [TestBackend.Bob], default);
        await using var gateway = Connect(Options with { Tries = 1 });
        Hop.Instead = Abort;
        await ReceiveAsync(gateway, odd.ToString());
        await Test.Backend.Inbound.WorkAsync(default);
        Assert.Equal(1, await CountAsync(Test.BobId));
    }

    [Fact]
    public async Task What_one_account_took_stays_readable_when_the_rest_is_deferred()
    {
        await using var gateway = Connect(Options with { Tries = 1 });
        Faults.Fail($"send|commit mail {Test.BobId}");
        var result = await ReceiveAsync(gateway, TestBackend.Alice, TestBackend.Bob);
        Assert.Equal(ReceiveStatus.Deferred, result.Status);
        Faults.Heal();
        var entry = Assert.Single((await Test.OpenAsync(Test.AliceId)).Entries);
        Assert.Equal("text", await Test.ReadAsync(Test.AliceId, entry.Email));
    }

    [Fact]
    public async Task A_refusal_that_was_not_heard_loses_nothing_when_the_call_is_repeated()
    {
        await using var gateway = Connect();
        Clock.Advance(TimeSpan.FromMinutes(1));
        var lost = false;
        Hop.Instead = async (http, answer) =>
        {
            if (lost || !http.Request.Path.Value!.EndsWith("receive"))
            {
                await answer();
                return;
            }
            lost = true;
            await Lose(
                http,
                async () =>
                {
                    Faults.Fail("get directory");
                    await answer();
                    Faults.Heal(); // before the caller notices, who tries again at once
                }
            );
        };
        var result = await ReceiveAsync(gateway, TestBackend.Alice);
        Assert.Equal((ReceiveStatus.Accepted, 2), (result.Status, Asked("receive")));
        await Test.Backend.Inbound.WorkAsync(default);
        Assert.Equal(1, await CountAsync(Test.AliceId));
    }

    [Fact]
    public async Task A_message_for_many_is_not_split_before_the_copies_are_made()
    {
        var many = Enumerable.Range(0, 201).Select(i => $"user{i}@example.test").ToArray();
        foreach (var address in many)
            await Test.AddUserAsync(address);
        await using var gateway = Connect(Options with { Tries = 1 });
        Hop.Instead = Abort;
        Assert.Equal(ReceiveStatus.Accepted, (await ReceiveAsync(gateway, many)).Status);
        Hop.Instead = null;
        Faults.Fail("copy");
        await Test.Backend.Inbound.WorkAsync(default);
        Faults.Heal();
        // Split now, the first account could delete the source before the others have their copies.
        Assert.Equal(1, Queues.CountOf("inbound"));
        Clock.Advance(TimeSpan.FromMinutes(1));
        while (await Test.Backend.Inbound.WorkAsync(default) > 0) { }
        Assert.Equal(0, Queues.CountOf("inbound"));
        var last = await Test.Backend.Directory.FindUserAsync("user200@example.test", default);
        Assert.Equal(1, await CountAsync(last!.Account));
    }
}
