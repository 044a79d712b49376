using Cloud.Api.Gateway;
using Cloud.Flow.Outbound;
using Cloud.Flow.Submission;
using Cloud.Mail;
using Cloud.Store;
using Cloud.Store.Counting;
using Cloud.Store.Messages;
using Cloud.Store.Outbox;
using Cloud.Tests.Fakes;
using Cloud.Tests.Flow.Outbound;

namespace Cloud.Tests.Api.Gateway;

/// <summary>What senders do with their own messages that are on their way, and nobody with another's.</summary>
public abstract class OwnSubmissionTests(Hop hop) : GatewayTests(hop)
{
    const string Elsewhere = "somebody@elsewhere.test";

    readonly ScriptedRelay relay = new();

    protected ManualClock Clock { get; } = new();

    protected CountingRows Rows { get; } = new(new MemoryRows());

    protected Task<TestBackend> OpenAsync() => OpenAsync(Rows, time: Clock, relay: relay);

    static async Task<SubmitRequest> SubmitAsync(TestBackend test, AccountId sender, string from = TestBackend.Alice)
    {
        var text = $"From: {from}\r\nSubject: hello\r\n\r\ntext\r\n";
        var request = await test.PrepareAsync(text, from, Elsewhere) with { Sender = sender };
        Assert.Equal(SubmitStatus.Accepted, (await test.Gateway.SubmitAsync(request, default)).Status);
        return request;
    }

    /// <summary>What the outbox has of an account's message; its bytes are not asked for.</summary>
    protected static async Task<TransactionId> AcceptAsync(TestBackend test, AccountId account)
    {
        var id = test.NewTransaction();
        await test.Backend.Sending.Outbox.AcceptAsync(
            new()
            {
                Id = id,
                Account = account,
                From = EmailAddress.TryParse(TestBackend.Alice),
                Recipients = [new(EmailAddress.TryParse(Elsewhere)!)],
                Blob = BlobNames.Of(id),
                Size = 4,
                Sha256 = new byte[32],
                Fields = "Date: today\r\n"u8.ToArray(),
                Accepted = test.Time.GetUtcNow(),
            },
            default
        );
        return id;
    }

    static async Task WorkAsync(TestBackend test)
    {
        while (await test.Backend.Sending.Worker.WorkAsync(_ => { }, default) > 0)
            continue;
    }

    static Task<Result<QueuedDetails>> ChangeAsync(TestBackend test, SubmitRequest message, QueueVerb verb) =>
        test.Gateway.ChangeSubmissionAsync(test.AliceId, message.Transaction, verb, default).AsTask();

    static async Task<RecipientState> StateAsync(TestBackend test, SubmitRequest message) =>
        Assert
            .Single((await test.Gateway.ShowSubmissionAsync(message.Sender, message.Transaction, default))!.Recipients)
            .State;

    [Fact]
    public async Task Senders_see_what_is_theirs()
    {
        var test = await OpenAsync();
        var mine = await SubmitAsync(test, test.AliceId);
        await SubmitAsync(test, test.BobId, TestBackend.Bob);
        var page = await test.Gateway.ListSubmissionsAsync(test.AliceId, null, null, 50, default);
        var listed = Assert.Single(page.Messages);
        Assert.Null(page.Cursor);
        Assert.Equal(
            (mine.Transaction, "hello", 1, 1),
            (listed.Message.Id, listed.Message.Subject, listed.Recipients, listed.Open)
        );
        Assert.Equal(TestBackend.Alice, $"{listed.Message.From}");

        await WorkAsync(test);
        Assert.Empty((await test.Gateway.ListSubmissionsAsync(test.AliceId, true, null, 50, default)).Messages);
        Assert.Single((await test.Gateway.ListSubmissionsAsync(test.AliceId, false, null, 50, default)).Messages);
        var shown = (await test.Gateway.ShowSubmissionAsync(test.AliceId, mine.Transaction, default))!;
        Assert.Equal(Clock.GetUtcNow(), shown.Message.DoneAt);
        var to = Assert.Single(shown.Recipients);
        Assert.Equal((Elsewhere, RecipientState.Sent), ($"{to.Recipient.Address}", to.State));
        Assert.Equal(("250 2.0.0 Ok", "mx.there.test", 1), (to.Reply, to.Host, to.Attempts));
        Assert.Null(to.Transcript);
    }

    [Fact]
    public async Task Another_s_message_is_as_if_it_were_not_there()
    {
        var test = await OpenAsync();
        var theirs = await SubmitAsync(test, test.BobId, TestBackend.Bob);
        Assert.Null(await test.Gateway.ShowSubmissionAsync(test.AliceId, theirs.Transaction, default));
        Assert.Null(await test.Gateway.ShowSubmissionAsync(test.AliceId, test.NewTransaction(), default));
        foreach (var verb in Enum.GetValues<QueueVerb>())
        {
            var refused = await ChangeAsync(test, theirs, verb);
            Assert.Equal(Refusal.NotFound, refused.Refusal);
            var none = theirs with { Transaction = test.NewTransaction() };
            Assert.Equal(refused, await ChangeAsync(test, none, verb));
            Assert.Equal(RecipientState.Waiting, await StateAsync(test, theirs));
        }
        await WorkAsync(test);
        Assert.Single(relay.Taken);
    }

    [Fact]
    public async Task What_is_held_is_sent_when_it_is_released()
    {
        var test = await OpenAsync();
        var message = await SubmitAsync(test, test.AliceId);
        for (var times = 0; times < 2; times++)
        {
            var held = await ChangeAsync(test, message, QueueVerb.Hold);
            Assert.True(held.Value!.Message.IsHeld);
            Assert.Equal(RecipientState.Held, Assert.Single(held.Value.Recipients).State);
        }
        Assert.Equal(Refusal.CannotBe, (await ChangeAsync(test, message, QueueVerb.Retry)).Refusal);
        await WorkAsync(test);
        Clock.Advance(TimeSpan.FromDays(1));
        await WorkAsync(test);
        Assert.Empty(relay.Taken);

        Assert.True((await ChangeAsync(test, message, QueueVerb.Release)).IsOk);
        await WorkAsync(test);
        Assert.Single(relay.Taken);
        // Asked again after an answer that got lost: it is released.
        Assert.True((await ChangeAsync(test, message, QueueVerb.Release)).IsOk);
        await WorkAsync(test);
        Assert.Single(relay.Taken);
    }

    [Fact]
    public async Task A_message_can_be_cancelled_until_it_is_handed_over()
    {
        var test = await OpenAsync();
        var cancelled = await SubmitAsync(test, test.AliceId);
        for (var times = 0; times < 2; times++)
            Assert.Equal(
                RecipientState.Cancelled,
                Assert.Single((await ChangeAsync(test, cancelled, QueueVerb.Cancel)).Value!.Recipients).State
            );
        await WorkAsync(test);
        Assert.Empty(relay.Taken);
        foreach (var verb in (QueueVerb[])[QueueVerb.Hold, QueueVerb.Release, QueueVerb.Retry])
            Assert.Equal(
                new Result(Refusal.TooLate, "The message was cancelled"),
                await ChangeAsync(test, cancelled, verb)
            );

        var sent = await SubmitAsync(test, test.AliceId);
        var meanwhile = new List<Result<QueuedDetails>>();
        relay.Meanwhile = async (_, _) => meanwhile.Add(await ChangeAsync(test, sent, QueueVerb.Cancel));
        await WorkAsync(test);
        Assert.Equal([new Result(Refusal.TooLate, "The message is just being sent")], meanwhile);
        Assert.Single(relay.Taken);
        foreach (var verb in (QueueVerb[])[QueueVerb.Cancel, QueueVerb.Hold, QueueVerb.Retry])
            Assert.Equal(new Result(Refusal.TooLate, "The message has been sent"), await ChangeAsync(test, sent, verb));
    }

    [Fact]
    public async Task What_waits_for_its_next_attempt_is_tried_at_once_when_its_sender_wants_it()
    {
        var test = await OpenAsync();
        relay.Answer = ScriptedRelay.Defer;
        var message = await SubmitAsync(test, test.AliceId);
        await WorkAsync(test);
        Assert.Equal((1, RecipientState.Waiting), (relay.Jobs.Count, await StateAsync(test, message)));

        relay.Answer = ScriptedRelay.Take;
        await WorkAsync(test);
        Assert.Single(relay.Jobs);
        Assert.True((await ChangeAsync(test, message, QueueVerb.Retry)).IsOk);
        await WorkAsync(test);
        Assert.Equal((2, RecipientState.Sent), (relay.Jobs.Count, await StateAsync(test, message)));
    }

    [Fact]
    public async Task Many_submissions_are_listed_page_by_page_and_each_once()
    {
        var test = await OpenAsync();
        var mine = new List<string>();
        for (var i = 0; i < 250; i++)
        {
            mine.Add((await AcceptAsync(test, test.AliceId)).ToString());
            await AcceptAsync(test, test.BobId);
            if (i % 3 == 0)
                Clock.Advance(TimeSpan.FromMilliseconds(1));
        }
        mine.Sort(StringComparer.Ordinal);
        foreach (var limit in (int[])[60, OutboxControl.MaxPage])
        {
            var (found, after) = (new List<string>(), (TransactionId?)null);
            do
            {
                var page = await test.Gateway.ListSubmissionsAsync(test.AliceId, null, after, limit, default);
                Assert.InRange(page.Messages.Count, 1, limit);
                Assert.All(page.Messages, message => Assert.True(message.Message.Fields.IsEmpty));
                found.AddRange(page.Messages.Select(message => message.Message.Id.ToString()));
                after = page.Cursor;
            } while (after is not null);
            Assert.Equal(mine, found);
        }
    }

    [Fact]
    public async Task A_list_reads_ever_more_at_a_time_where_most_is_others()
    {
        var test = await OpenAsync();
        for (var i = 0; i < 1000; i++)
            await AcceptAsync(test, test.BobId);
        Clock.Advance(TimeSpan.FromSeconds(1));
        for (var i = 0; i < 10; i++)
            await AcceptAsync(test, test.AliceId);

        Rows.Reset();
        var page = await test.Gateway.ListSubmissionsAsync(test.AliceId, null, null, 50, default);
        Assert.Equal(10, page.Messages.Count);
        Assert.Equal((0, 6, 1010, 0), (Rows.Gets, Rows.Queries, Rows.RowsRead, Rows.Commits));

        Rows.Reset();
        await test.Gateway.ListSubmissionsAsync(test.BobId, null, null, 50, default);
        Assert.Equal((0, 1, 50, 0), (Rows.Gets, Rows.Queries, Rows.RowsRead, Rows.Commits));

        Rows.Reset();
        await test.Gateway.ShowSubmissionAsync(test.AliceId, page.Messages[0].Message.Id, default);
        Assert.Equal((1, 1, 0), (Rows.Gets, Rows.Queries, Rows.Commits));
    }
}

public sealed class LocalOwnSubmissionTests() : OwnSubmissionTests(Hop.None)
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_list_stops_after_so_many_of_others_and_does_not_tell_which_they_were(int milliseconds)
    {
        var test = await OpenAsync();
        var theirs = new HashSet<TransactionId>();
        var first = await AcceptAsync(test, test.AliceId);
        Clock.Advance(TimeSpan.FromSeconds(1));
        for (var i = 0; i < 6000; i++)
        {
            theirs.Add(await AcceptAsync(test, test.BobId));
            Clock.Advance(TimeSpan.FromMilliseconds(milliseconds));
        }
        Clock.Advance(TimeSpan.FromSeconds(1));
        var last = await AcceptAsync(test, test.AliceId);

        Rows.Reset();
        var page = await test.Gateway.ListSubmissionsAsync(test.AliceId, null, null, 50, default);
        Assert.InRange(Rows.RowsRead, 5000, 6000);
        Assert.Equal(first, Assert.Single(page.Messages).Message.Id);
        Assert.DoesNotContain(page.Cursor!.Value, theirs);
        var found = new List<TransactionId>();
        for (var pages = 0; page.Cursor is not null; pages++)
        {
            Assert.InRange(pages, 0, 3);
            page = await test.Gateway.ListSubmissionsAsync(test.AliceId, null, page.Cursor, 50, default);
            found.AddRange(page.Messages.Select(message => message.Message.Id));
        }
        Assert.Equal([last], found);
    }
}

public sealed class HttpOwnSubmissionTests() : OwnSubmissionTests(Hop.Claim);

public sealed class StreamedOwnSubmissionTests() : OwnSubmissionTests(Hop.Stream);
