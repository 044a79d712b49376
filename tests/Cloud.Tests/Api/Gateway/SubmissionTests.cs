using System.Text;
using Cloud.Api.Gateway;
using Cloud.Flow.Outbound;
using Cloud.Flow.Submission;
using Cloud.Mail;
using Cloud.Store.Counting;
using Cloud.Store.Messages;
using Cloud.Store.Outbox;
using Cloud.Store.Ports;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Api.Gateway;

/// <summary>Who has logged in to send: in whose name, to whom, how much, and what is kept.</summary>
public abstract class SubmissionTests(Hop hop) : GatewayTests(hop)
{
    const string Elsewhere = "somebody@elsewhere.test";

    static readonly SubmitResult Accepted = new(SubmitStatus.Accepted);

    readonly MemoryBlobs blobs = new();
    readonly MemoryRows rows = new();
    readonly ManualClock clock = new();
    readonly Faults faults = new();

    static string Text(string from = TestBackend.Alice, string more = "") =>
        $"From: {from}\r\nSubject: grün\r\nMessage-ID: <1@example.test>\r\nDate: Fri, 2 Jan 2026 03:04:05 +0000\r\n{more}\r\ntext\r\n";

    async Task<TestBackend> OpenAsync(SubmissionOptions? options = null)
    {
        var queues = new MemoryQueues(clock);
        var test = await OpenAsync(new FaultyRows(rows, faults), blobs, queues, clock, submission: options);
        await test.Admin.AddAliasAsync("team@example.test", [TestBackend.Alice, TestBackend.Bob], default);
        await test.Admin.AddAliasAsync("bobs@example.test", [TestBackend.Bob], default);
        return test;
    }

    /// <summary>What the outbox has of a message.</summary>
    static async Task<Cloud.Flow.Outbound.Submission> OutAsync(TestBackend test, SubmitRequest request)
    {
        var source = test.Backend.Accounts.Rows;
        var row = await source.GetAsync(OutboxRows.Table, new(OutboxRows.Partition(request.Transaction), "m"), default);
        var message = MessageRow.Unpack(OutboxRows.Bytes(row!.Data), row.ETag);
        return SubmissionCodec.Unpack(request.Transaction, message, []);
    }

    [Theory]
    [InlineData("alice@example.test")]
    [InlineData("ALICE@Example.Test")]
    [InlineData("alice+news@example.test")]
    [InlineData("team@example.test")]
    [InlineData(null)]
    public async Task A_sender_s_own_addresses_and_none_are_taken(string? from)
    {
        var test = await OpenAsync();
        Assert.Equal(Accepted, await test.SubmitAsync(Text(from ?? TestBackend.Alice), from, TestBackend.Bob));
        Assert.Single((await test.OpenAsync(test.BobId)).Entries);
    }

    [Theory]
    [InlineData("bob@example.test", TestBackend.Alice, "")]
    [InlineData("bobs@example.test", TestBackend.Alice, "")]
    [InlineData("nobody@example.test", TestBackend.Alice, "")]
    [InlineData("alice@elsewhere.test", TestBackend.Alice, "")]
    [InlineData(TestBackend.Alice, TestBackend.Bob, "")]
    [InlineData(null, TestBackend.Bob, "")]
    [InlineData(TestBackend.Alice, "alice@example.test, bob@example.test", "")]
    [InlineData(TestBackend.Alice, TestBackend.Alice, "Sender: bob@example.test\r\n")]
    public async Task Others_addresses_are_refused_wherever_they_stand(string? path, string from, string more)
    {
        var test = await OpenAsync();
        var result = await test.SubmitAsync(Text(from, more), path, TestBackend.Bob);
        Assert.Equal((SubmitStatus.Rejected, "7.1"), (result.Status, result.Code));
        Assert.StartsWith("You may not send as ", result.Reason);
        Assert.Empty((await test.OpenAsync(test.BobId)).Entries);
    }

    [Fact]
    public async Task What_was_granted_is_taken()
    {
        var test = await OpenAsync();
        await test.Admin.GrantAsync(TestBackend.Alice, TestBackend.Bob, default);
        Assert.Equal(Accepted, await test.SubmitAsync(Text(TestBackend.Bob), TestBackend.Bob, TestBackend.Bob));
    }

    [Theory]
    [InlineData("nobody@example.test", "1.1", "No such user: nobody@example.test")]
    [InlineData("root@localhost", "1.2", "No whole domain name: localhost")]
    public async Task What_cannot_be_delivered_is_refused(string to, string code, string reason)
    {
        var test = await OpenAsync();
        Assert.Equal(
            new(SubmitStatus.Rejected, code, reason),
            await test.SubmitAsync(Text(), TestBackend.Alice, TestBackend.Bob, to)
        );
        Assert.Empty((await test.OpenAsync(test.BobId)).Entries);
    }

    [Fact]
    public async Task Mail_among_us_goes_straight_into_the_mailboxes()
    {
        var test = await OpenAsync();
        Assert.Equal(Accepted, await test.SubmitAsync(Text(), TestBackend.Alice, TestBackend.Bob, "team@example.test"));
        Assert.Empty(rows.AllKeys(OutboxRows.Table));
        var entry = Assert.Single((await test.OpenAsync(test.BobId)).Entries);
        Assert.Equal("Return-Path: <alice@example.test>\r\n" + Text(), await test.ReadAsync(test.BobId, entry.Email));
        Assert.Single((await test.OpenAsync(test.AliceId)).Entries);
    }

    [Fact]
    public async Task Mail_to_others_goes_to_the_outbox_with_all_that_was_asked_for()
    {
        var test = await OpenAsync();
        var prepared = await test.PrepareAsync(Text(), TestBackend.Alice, Elsewhere, TestBackend.Bob);
        var options = new SendOptions
        {
            Ret = "FULL",
            SmtpUtf8 = true,
            Priority = 3,
            RequireTls = true,
        };
        var request = prepared with { Options = options, HoldUntil = clock.GetUtcNow().AddHours(1) };
        Assert.Equal(Accepted, await test.Gateway.SubmitAsync(request, default));

        var message = await OutAsync(test, request);
        Assert.Equal((test.AliceId, TestBackend.Alice), (message.Account, $"{message.From}"));
        Assert.Equal(
            ("example.test", "grün", "1@example.test"),
            (message.SigningDomain, message.Subject, message.MessageId)
        );
        Assert.Equal(request.HoldUntil, message.HoldUntil);
        Assert.Equal(options with { Body = BodyType.EightBit }, message.Options);
        Assert.Equal(request.Content.BodyHash.ToArray(), message.BodyHash.ToArray());
        Assert.Equal(BlobNames.Of(request.Transaction), message.Blob);
        Assert.Equal(1, blobs.Count);
        // One of ours among them waits with the others.
        Assert.Empty((await test.OpenAsync(test.BobId)).Entries);
        Assert.Equal(3, rows.AllKeys(OutboxRows.Table).Count);
    }

    [Fact]
    public async Task What_needs_no_smtputf8_goes_to_servers_without()
    {
        var test = await OpenAsync();
        var plain = await test.PrepareAsync($"From: {TestBackend.Alice}\r\n\r\ngrün", TestBackend.Alice, Elsewhere);
        await test.Gateway.SubmitAsync(plain with { Options = new() { SmtpUtf8 = true } }, default);
        Assert.False((await OutAsync(test, plain)).Options.SmtpUtf8);
        var needy = await test.PrepareAsync(
            $"From: {TestBackend.Alice}\r\n\r\n",
            TestBackend.Alice,
            "grün@elsewhere.test"
        );
        await test.Gateway.SubmitAsync(needy with { Options = new() { SmtpUtf8 = true } }, default);
        Assert.True((await OutAsync(test, needy)).Options.SmtpUtf8);
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task An_author_may_do_without_tls_unless_it_is_required(bool required, bool optional)
    {
        var test = await OpenAsync();
        var request = await test.PrepareAsync(Text(more: "TLS-Required: No\r\n"), TestBackend.Alice, Elsewhere);
        await test.Gateway.SubmitAsync(request with { Options = new() { RequireTls = required } }, default);
        Assert.Equal(optional, (await OutAsync(test, request)).Options.TlsOptional);
    }

    [Theory]
    [InlineData("SUCCESS,FAILURE", 0)]
    [InlineData(null, 60)]
    public async Task Mail_among_us_waits_in_the_outbox_where_somebody_wants_to_hear_of_it_or_later(
        string? notify,
        int hold
    )
    {
        var test = await OpenAsync();
        var request = await test.PrepareAsync(Text(), TestBackend.Alice, TestBackend.Bob);
        request = request with
        {
            Recipients = [request.Recipients[0] with { Notify = notify }],
            HoldUntil = clock.GetUtcNow().AddSeconds(hold),
        };
        Assert.Equal(Accepted, await test.Gateway.SubmitAsync(request, default));
        Assert.Empty((await test.OpenAsync(test.BobId)).Entries);
        Assert.Equal(notify, Assert.Single(request.Recipients).Notify);
        Assert.Equal(2, rows.AllKeys(OutboxRows.Table).Count);
    }

    [Fact]
    public async Task A_submission_that_comes_again_is_sent_once()
    {
        var test = await OpenAsync();
        await test.Admin.SetSavesSentAsync(TestBackend.Alice, true, default);
        var request = await test.PrepareAsync(Text(), TestBackend.Alice, Elsewhere);
        for (var times = 0; times < 3; times++)
            Assert.Equal(Accepted, await test.Gateway.SubmitAsync(request, default));
        Assert.Equal(2, rows.AllKeys(OutboxRows.Table).Count);
        Assert.Single((await test.OpenAsync(test.AliceId, "Sent")).Entries);
    }

    [Fact]
    public async Task When_the_outbox_fails_nothing_is_promised_and_the_next_try_is_not_counted_twice()
    {
        var limits = SubmissionOptions.Limits(2, 0, 0, 0);
        var test = await OpenAsync(new() { PerAccount = limits, PerDomain = [] });
        faults.Fail("commit outbox");
        for (var times = 0; times < 3; times++)
            await Assert.ThrowsAnyAsync<StoreException>(() => test.SubmitAsync(Text(), TestBackend.Alice, Elsewhere));
        faults.Heal();
        Assert.Equal(Accepted, await test.SubmitAsync(Text(), TestBackend.Alice, Elsewhere));
    }

    [Fact]
    public async Task Who_has_sent_enough_is_told_when_to_go_on()
    {
        var limits = SubmissionOptions.Limits(2, 0, 0, 0);
        var test = await OpenAsync(new() { PerAccount = limits, PerDomain = [] });
        for (var times = 0; times < 2; times++)
            Assert.Equal(Accepted, await test.SubmitAsync(Text(), TestBackend.Alice, Elsewhere));
        var result = await test.SubmitAsync(Text(), TestBackend.Alice, Elsewhere);
        Assert.Equal((SubmitStatus.OverLimit, "7.1"), (result.Status, result.Code));
        Assert.Matches(
            @"^Your limit of 2 messages in 1 h is reached; again from \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$",
            result.Reason
        );
        clock.Advance(TimeSpan.FromHours(2));
        Assert.Equal(Accepted, await test.SubmitAsync(Text(), TestBackend.Alice, Elsewhere));
    }

    [Fact]
    public async Task Who_is_known_to_have_sent_enough_hears_it_before_the_message_and_for_nothing()
    {
        var test = await OpenAsync(new() { PerAccount = SubmissionOptions.Limits(2, 0, 0, 0), PerDomain = [] });
        for (var times = 0; times < 2; times++)
        {
            Assert.Equal(RecipientVerdict.Ok, await CheckAsync());
            Assert.Equal(Accepted, await test.SubmitAsync(Text(), TestBackend.Alice, Elsewhere));
        }
        faults.Fail("get rates");
        Assert.Equal(RecipientVerdict.OverSendLimit, await CheckAsync());
        faults.Heal();
        clock.Advance(TimeSpan.FromHours(2));
        Assert.Equal(RecipientVerdict.Ok, await CheckAsync());

        ValueTask<RecipientVerdict> CheckAsync() =>
            test.Gateway.CheckRecipientAsync(
                new(
                    EmailAddress.TryParse(TestBackend.Alice),
                    EmailAddress.TryParse(Elsewhere)!,
                    test.AliceId,
                    0,
                    System.Net.IPAddress.Loopback
                ),
                default
            );
    }

    [Fact]
    public async Task A_domain_s_limit_holds_for_all_its_accounts_and_takes_nothing_of_theirs()
    {
        var test = await OpenAsync(
            new()
            {
                PerAccount = SubmissionOptions.Limits(9, 0, 0, 0),
                PerDomain = SubmissionOptions.Limits(0, 0, 3, 0),
            }
        );
        Assert.Equal(Accepted, await test.SubmitAsync(Text(), TestBackend.Alice, Elsewhere, "b@elsewhere.test"));
        for (var times = 0; times < 10; times++)
        {
            var result = await test.SubmitAsync(Text(), TestBackend.Alice, Elsewhere, "b@elsewhere.test");
            Assert.Equal((SubmitStatus.OverLimit, "5.3"), (result.Status, result.Code));
            Assert.StartsWith("The limit of example.test, 3 recipients in 1 h is reached", result.Reason);
        }
        Assert.Equal(Accepted, await test.SubmitAsync(Text(), TestBackend.Alice, Elsewhere));
        string[] many = ["a@a.test", "b@a.test", "c@a.test", "d@a.test"];
        var never = await test.SubmitAsync(Text(), TestBackend.Alice, many);
        Assert.Equal((SubmitStatus.Rejected, "5.3"), (never.Status, never.Code));
    }
}

public sealed class LocalSubmissionTests() : SubmissionTests(Hop.None);

public sealed class HttpSubmissionTests() : SubmissionTests(Hop.Claim);

public sealed class StreamedSubmissionTests() : SubmissionTests(Hop.Stream);

/// <summary>What a submission costs.</summary>
public sealed class SubmissionCostTests
{
    [Theory]
    [InlineData("somebody@elsewhere.test", 1, 1)]
    [InlineData(TestBackend.Bob, 1, 0)]
    public async Task A_message_in_steady_state_costs_one_blob_one_transaction_and_one_queue_message(
        string to,
        int commits,
        int sends
    )
    {
        var clock = new ManualClock();
        var rows = new CountingRows(new MemoryRows());
        var blobs = new CountingBlobs(new MemoryBlobs());
        var queues = new CountingQueues(new MemoryQueues(clock));
        var test = await TestBackend.OpenAsync(rows, blobs, queues, clock);
        var text = $"From: {TestBackend.Alice}\r\n\r\ntext\r\n";
        await test.SubmitAsync(text, TestBackend.Alice, to); // the directory and the recipient become known
        rows.Reset();
        blobs.Reset();
        queues.Reset();
        for (var message = 0; message < 20; message++)
            await test.SubmitAsync(text, TestBackend.Alice, to);
        Assert.Equal((0, 20 * commits), (rows.Reads, rows.Commits));
        Assert.Equal((20, 0), (blobs.Writes, blobs.Copies));
        Assert.Equal(20 * sends, queues.Sends);
    }
}
