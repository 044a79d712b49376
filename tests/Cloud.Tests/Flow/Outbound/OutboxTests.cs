using Cloud.Flow.Outbound;
using Cloud.Mail;
using Cloud.Store;
using Cloud.Store.Outbox;
using Cloud.Store.Ports;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Flow.Outbound;

/// <summary>What becomes of messages on their way out.</summary>
public sealed class OutboxTests
{
    [Fact]
    public async Task A_message_goes_out_as_it_came_and_leaves_nothing_behind_but_its_history()
    {
        var world = await OutboundWorld.OpenAsync();
        var message = await world.SubmitAsync(
            world.Message(TestBackend.Alice, "bob@there.test") with
            {
                Fields = "Date: today\r\n"u8.ToArray(),
                Options = new()
                {
                    EnvelopeId = "7",
                    Priority = -3,
                    Body = BodyType.EightBit,
                },
            }
        );
        await world.WorkAsync();

        var taken = Assert.Single(world.Relay.Taken);
        Assert.Equal((message.Id.ToString(), "bob@there.test"), (taken.Id, taken.Recipient));
        Assert.Equal("Date: today\r\n" + OutboundWorld.Text, taken.Content);
        var job = world.Relay.Jobs.Single();
        Assert.Equal(("there.test", 1, message.Options), (job.NextHop, job.Attempt, job.Message.Options));
        Assert.Equal(message with { Recipients = [] }, job.Message with { Recipients = [] }, new SameSubmission());
        Assert.Equal(0, world.MemoryBlobs.Count);
        var shown = await world.ShowAsync(message);
        Assert.Equal((0, world.Clock.GetUtcNow()), (shown.Message.Open, shown.Message.DoneAt));
        var to = Assert.Single(shown.Recipients);
        Assert.Equal((RecipientState.Sent, 1, "250 2.0.0 Ok"), (to.State, to.Attempts, to.Reply));
        Assert.Equal(("mx.there.test", "192.0.2.25:25", "TLS 1.3"), (to.Host, to.HostAddress, to.Tls));
        Assert.Equal("220 mx.there.test", to.Transcript);
    }

    sealed class SameSubmission : IEqualityComparer<Submission>
    {
        public bool Equals(Submission? x, Submission? y) => Plain(x!) == Plain(y!);

        public int GetHashCode(Submission obj) => 0;

        static string Plain(Submission message) =>
            $"{message with { Recipients = [], Sha256 = default, Fields = default, BodyHash = default }}"
            + Convert.ToHexString(message.Fields.Span)
            + Convert.ToHexString(message.Sha256.Span);
    }

    [Fact]
    public async Task A_message_that_is_accepted_twice_is_sent_once()
    {
        var world = await OutboundWorld.OpenAsync();
        var message = await world.SubmitAsync(TestBackend.Alice, "bob@there.test", "carol@far.test");
        var again = await world.Sending.Outbox.AcceptAsync(message, default);
        Assert.True(again.IsRepeated);
        await world.PassAsync(TimeSpan.FromHours(1));
        Assert.True((await world.Sending.Outbox.AcceptAsync(message, default)).IsRepeated);
        await world.PassAsync(TimeSpan.FromHours(1));
        Assert.Equal(2, world.Relay.Taken.Count);
        Assert.Equal(0, world.MemoryQueues.CountOf("outbound"));
    }

    [Fact]
    public async Task A_thousand_recipients_get_it_in_parts_by_next_hop()
    {
        var world = await OutboundWorld.OpenAsync();
        var addresses = Enumerable.Range(0, 1000).Select(i => $"u{i}@d{i % 7 * (i % 3)}.test").ToArray();
        var message = await world.SubmitAsync(TestBackend.Alice, addresses);
        await world.WorkAsync();

        Assert.Equal(addresses.Order(), world.Relay.Taken.Select(taken => taken.Recipient).Order());
        Assert.All(world.Relay.Jobs, job => Assert.InRange(job.Recipients.Count, 1, RelayJob.MaxRecipients));
        Assert.All(
            world.Relay.Jobs,
            job => Assert.All(job.Recipients, to => Assert.Equal(job.NextHop, to.Recipient.Address.Domain))
        );
        Assert.Equal((1000, 0), ((await world.ShowAsync(message)).Recipients.Count, world.MemoryBlobs.Count));
        await Assert.ThrowsAnyAsync<ArgumentException>(() =>
            world.SubmitAsync(TestBackend.Alice, [.. addresses, "x@there.test"])
        );
    }

    [Fact]
    public async Task Some_get_it_some_later_and_some_never()
    {
        var world = await OutboundWorld.OpenAsync();
        world.Relay.Answer = (job, to) =>
            to.Recipient.Address.Local switch
            {
                "now" => ScriptedRelay.Take(job, to),
                "later" => job.Attempt == 1 ? ScriptedRelay.Defer(job, to) : ScriptedRelay.Take(job, to),
                _ => ScriptedRelay.Refuse(job, to),
            };
        var message = await world.SubmitAsync(
            TestBackend.Alice,
            "now@there.test",
            "later@there.test",
            "never@there.test"
        );
        await world.WorkAsync();
        Assert.Equal(
            [RecipientState.Sent, RecipientState.Waiting, RecipientState.Failed],
            (await world.ShowAsync(message)).Recipients.Select(to => to.State)
        );
        Assert.Contains("never@there.test", Assert.Single(await world.InboxAsync(world.Test.AliceId)));
        await world.PassAsync(TimeSpan.FromMinutes(5));
        Assert.Equal(["now@there.test", "later@there.test"], world.Relay.Taken.Select(taken => taken.Recipient));
        Assert.Equal(["later@there.test"], world.Relay.Jobs[1].Recipients.Select(to => $"{to.Recipient.Address}"));
        Assert.Single(await world.InboxAsync(world.Test.AliceId));
    }

    [Fact]
    public async Task A_message_is_tried_for_five_days_and_then_comes_back()
    {
        var world = await OutboundWorld.OpenAsync();
        var start = world.Clock.GetUtcNow();
        var attempts = new List<TimeSpan>();
        world.Relay.Answer = (job, to) =>
        {
            attempts.Add(world.Clock.GetUtcNow() - start);
            return ScriptedRelay.Defer(job, to);
        };
        var message = await world.SubmitAsync(TestBackend.Alice, "bob@there.test");
        await world.PassAsync(TimeSpan.FromDays(6));

        var minutes = attempts.Select(at => (int)at.TotalMinutes).ToList();
        Assert.Equal([0, 5, 20, 50, 110, 230, 470, 710], minutes.Take(8));
        Assert.All(
            minutes.Skip(6).SkipLast(1).Zip(minutes.Skip(5)),
            pair => Assert.Equal(240, pair.First - pair.Second)
        );
        Assert.Equal(TimeSpan.FromDays(5), attempts[^1]);
        var to = (await world.ShowAsync(message)).Recipients.Single();
        Assert.Equal((RecipientState.Failed, "5.4.7", attempts.Count), (to.State, to.Status, to.Attempts));
        var inbox = await world.InboxAsync(world.Test.AliceId);
        Assert.Equal(2, inbox.Count); // that it takes long, and that it came to nothing
        Assert.Contains("Action: failed", inbox[1]);
        Assert.Equal((0, 2), (world.MemoryQueues.CountOf("outbound"), world.MemoryBlobs.Count)); // the notices'
        Assert.DoesNotContain(world.Results, result => result.Fault is not null);
    }

    [Fact]
    public async Task Delays_differ_by_a_tenth_so_that_not_all_come_at_once()
    {
        var world = await OutboundWorld.OpenAsync(new() { Jitter = 0.1 });
        world.Relay.Answer = ScriptedRelay.Defer;
        var next = new List<double>();
        for (var i = 0; i < 50; i++)
        {
            var message = await world.SubmitAsync(TestBackend.Alice, "bob@there.test");
            await world.WorkAsync();
            next.Add(
                ((await world.ShowAsync(message)).Recipients[0].Next! - world.Clock.GetUtcNow()).Value.TotalSeconds
            );
        }
        Assert.All(next, seconds => Assert.InRange(seconds, 269, 331));
        Assert.InRange(next.Distinct().Count(), 40, 50);
        Assert.InRange(next.Average(), 285, 315);
    }

    [Fact]
    public async Task The_other_side_may_say_when_it_wants_to_be_tried_again()
    {
        var world = await OutboundWorld.OpenAsync();
        world.Relay.Answer = (job, to) =>
            job.Attempt > 1
                ? ScriptedRelay.Take(job, to)
                : ScriptedRelay.Defer(job, to) with
                {
                    NextAttempt = world.Clock.GetUtcNow() + TimeSpan.FromSeconds(47),
                };
        await world.SubmitAsync(TestBackend.Alice, "bob@there.test");
        await world.PassAsync(TimeSpan.FromSeconds(46), TimeSpan.FromSeconds(1));
        Assert.Empty(world.Relay.Taken);
        await world.PassAsync(TimeSpan.FromSeconds(1));
        Assert.Single(world.Relay.Taken);
    }

    [Theory]
    [InlineData(90)]
    [InlineData(30 * 24 * 3600)]
    public async Task A_message_for_later_goes_out_at_its_second_and_not_before(int seconds)
    {
        var world = await OutboundWorld.OpenAsync();
        var when = world.Clock.GetUtcNow() + TimeSpan.FromSeconds(seconds);
        await world.SubmitAsync(world.Message(TestBackend.Alice, "bob@there.test") with { HoldUntil = when });
        await world.PassAsync(TimeSpan.FromSeconds(seconds - 1), TimeSpan.FromHours(5));
        Assert.Empty(world.Relay.Jobs);
        await world.PassAsync(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        Assert.Equal(when, world.Clock.GetUtcNow());
        Assert.Single(world.Relay.Taken);
    }

    [Fact]
    public async Task A_message_can_be_cancelled_up_to_its_last_second()
    {
        var world = await OutboundWorld.OpenAsync();
        var when = world.Clock.GetUtcNow() + TimeSpan.FromSeconds(30);
        var first = await world.SubmitAsync(
            world.Message(TestBackend.Alice, "bob@there.test") with
            {
                HoldUntil = when,
            }
        );
        var second = await world.SubmitAsync(
            world.Message(TestBackend.Alice, "bob@there.test") with
            {
                HoldUntil = when,
            }
        );
        await world.PassAsync(TimeSpan.FromSeconds(29), TimeSpan.FromSeconds(1));
        Assert.Equal(new ControlResult(1, 0), await world.Sending.Control.CancelAsync(first.Id, default));
        await world.PassAsync(TimeSpan.FromDays(1));

        Assert.Equal(second.Id.ToString(), Assert.Single(world.Relay.Taken).Id);
        Assert.Equal(RecipientState.Cancelled, await world.StateAsync(first));
        Assert.Equal(new ControlResult(0, 0), await world.Sending.Control.CancelAsync(second.Id, default));
        Assert.Equal((0, 0), (world.MemoryBlobs.Count, world.MemoryQueues.CountOf("outbound")));
        Assert.Empty(await world.InboxAsync(world.Test.AliceId));
    }

    [Fact]
    public async Task What_is_being_sent_cannot_be_cancelled_nor_held()
    {
        var world = await OutboundWorld.OpenAsync();
        var answers = new List<ControlResult?>();
        world.Relay.Meanwhile = async (job, _) =>
        {
            answers.Add(await world.Sending.Control.CancelAsync(job.Message.Id, default));
            answers.Add(await world.Sending.Control.HoldAsync(job.Message.Id, default));
        };
        var message = await world.SubmitAsync(TestBackend.Alice, "bob@there.test");
        await world.WorkAsync();
        Assert.Equal([new ControlResult(0, 1), new ControlResult(0, 1)], answers);
        Assert.Equal(RecipientState.Sent, await world.StateAsync(message));
    }

    [Fact]
    public async Task A_held_message_waits_for_its_release()
    {
        var world = await OutboundWorld.OpenAsync();
        var born = await world.SubmitAsync(world.Message(TestBackend.Alice, "bob@there.test") with { IsHeld = true });
        var later = await world.SubmitAsync(TestBackend.Alice, "carol@there.test");
        Assert.Equal(new ControlResult(1, 0), await world.Sending.Control.HoldAsync(later.Id, default));
        await world.PassAsync(TimeSpan.FromDays(10), TimeSpan.FromHours(1));
        Assert.Empty(world.Relay.Jobs);
        Assert.True((await world.ShowAsync(later)).Message.IsHeld);

        world.Relay.Answer = (job, to) => job.Attempt == 1 ? ScriptedRelay.Defer(job, to) : ScriptedRelay.Take(job, to);
        foreach (var message in new[] { born, later })
            Assert.Equal(new ControlResult(1, 0), await world.Sending.Control.ReleaseAsync(message.Id, default));
        await world.PassAsync(TimeSpan.FromMinutes(5));
        Assert.Equal(2, world.Relay.Taken.Count);
        Assert.False((await world.ShowAsync(later)).Message.IsHeld);
        Assert.Null(await world.Sending.Control.HoldAsync(world.Test.NewTransaction(), default));
    }

    [Fact]
    public async Task What_waits_can_be_tried_at_once()
    {
        var world = await OutboundWorld.OpenAsync();
        world.Relay.Answer = (job, to) => job.Attempt < 3 ? ScriptedRelay.Defer(job, to) : ScriptedRelay.Take(job, to);
        var message = await world.SubmitAsync(TestBackend.Alice, "bob@there.test");
        await world.WorkAsync();
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(new ControlResult(1, 0), await world.Sending.Control.RetryAsync(message.Id, default));
            await world.WorkAsync();
        }
        Assert.Single(world.Relay.Taken);
        await world.PassAsync(TimeSpan.FromHours(6));
        Assert.Equal(3, world.Relay.Jobs.Count);
        Assert.Equal(0, world.MemoryQueues.CountOf("outbound"));
    }

    [Fact]
    public async Task Messages_are_listed_by_what_is_asked_for_page_by_page()
    {
        var world = await OutboundWorld.OpenAsync();
        var ids = new List<string>();
        for (var i = 0; i < 9; i++)
        {
            var from = i % 3 == 0 ? "bounce@other.test" : TestBackend.Alice;
            var message = world.Message(from, $"u{i}@d{i % 2}.test") with { IsHeld = i >= 6 };
            ids.Add((await world.SubmitAsync(message)).Id.ToString());
            world.Clock.Advance(TimeSpan.FromMinutes(1));
        }
        await world.WorkAsync();

        Assert.Equal(ids, await ListAsync(new()));
        Assert.Equal(ids[6..], await ListAsync(new() { IsOpen = true }));
        Assert.Equal(ids[..6], await ListAsync(new() { IsOpen = false }));
        Assert.Equal(ids[6..], await ListAsync(new() { IsHeld = true }));
        Assert.Equal([ids[0], ids[3], ids[6]], await ListAsync(new() { Sender = "Other.TEST" }));
        Assert.Equal([ids[0], ids[3], ids[6]], await ListAsync(new() { Sender = "BOUNCE@other.test" }));
        Assert.Equal([ids[1], ids[3], ids[5], ids[7]], await ListAsync(new() { Recipient = "d1.test" }));
        Assert.Equal([ids[4]], await ListAsync(new() { Recipient = "u4@d0.test" }));
        Assert.Equal(6, (await ListAsync(new() { Account = world.Test.AliceId })).Count);
        var start = world.Clock.GetUtcNow() - TimeSpan.FromMinutes(9);
        var span = new OutboxFilter
        {
            Since = start + TimeSpan.FromMinutes(2),
            Until = start + TimeSpan.FromMinutes(5),
        };
        Assert.Equal(ids[2..5], await ListAsync(span));

        async Task<List<string>> ListAsync(OutboxFilter filter)
        {
            var (found, cursor) = (new List<string>(), (TransactionId?)null);
            do
            {
                var page = await world.Sending.Control.ListAsync(filter, cursor, 2, default);
                Assert.InRange(page.Messages.Count, 0, 2);
                found.AddRange(page.Messages.Select(message => message.Message.Id.ToString()));
                cursor = page.Cursor;
            } while (cursor is not null);
            return found;
        }
    }

    [Fact]
    public async Task A_blob_of_another_name_is_refused()
    {
        var world = await OutboundWorld.OpenAsync();
        var message = world.Message(null, "bob@there.test") with { Blob = "aa/other" };
        await Assert.ThrowsAsync<ArgumentException>(() => world.Sending.Outbox.AcceptAsync(message, default).AsTask());
    }

    [Fact]
    public async Task A_queue_that_fails_at_acceptance_delays_the_message_and_loses_nothing()
    {
        var faults = new Faults();
        var world = await OutboundWorld.OpenAsync(faults: faults);
        faults.Fail("send");
        var message = world.Message(TestBackend.Alice, "bob@there.test");
        await world.SubmitAsync(message);
        faults.Heal();
        await world.PassAsync(TimeSpan.FromMinutes(29));
        await world.Sending.Schedule.RunAsync(TimeSpan.FromMinutes(5), default);
        await world.WorkAsync();
        Assert.Empty(world.Relay.Taken); // not yet overdue
        await world.PassAsync(TimeSpan.FromMinutes(32));
        Assert.Equal(1, (await world.Sending.Schedule.RunAsync(TimeSpan.FromMinutes(5), default)).Requeued);
        await world.WorkAsync();
        Assert.Single(world.Relay.Taken);
        Assert.Equal(0, (await world.Sending.Schedule.RunAsync(TimeSpan.FromMinutes(5), default)).Requeued);
    }

    [Fact]
    public async Task What_was_overdue_for_days_the_daily_sweep_finds()
    {
        var faults = new Faults();
        var world = await OutboundWorld.OpenAsync(faults: faults);
        faults.Fail("send");
        await world.SubmitAsync(TestBackend.Alice, "bob@there.test");
        faults.Heal();
        await world.PassAsync(TimeSpan.FromHours(8), TimeSpan.FromHours(1));
        Assert.Equal(0, (await world.Sending.Schedule.RunAsync(TimeSpan.FromMinutes(5), default)).Requeued);
        Assert.Equal(1, (await world.Test.Backend.Sweeper.RunAsync(TimeSpan.FromHours(1), default)).Requeued);
        await world.WorkAsync();
        Assert.Single(world.Relay.Taken);
    }

    [Fact]
    public async Task What_a_killed_process_had_taken_and_not_queued_goes_out_when_the_next_one_has_settled()
    {
        var faults = new Faults();
        var world = await OutboundWorld.OpenAsync(faults: faults);
        faults.Fail("send");
        await world.SubmitAsync(TestBackend.Alice, "bob@there.test", "eve@elsewhere.test");
        world.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(0, await RequeueAsync(await HeirAsync(isSole: false)));
        var heir = await HeirAsync(isSole: true);
        Assert.Equal(2, await RequeueAsync(heir));
        while (await heir.Backend.Sending.Worker.WorkAsync(_ => { }, default) > 0)
            continue;
        Assert.Equal(2, world.Relay.Taken.Count);
        Assert.Equal(0, await RequeueAsync(heir));

        Task<TestBackend> HeirAsync(bool isSole) =>
            TestBackend.OpenAsync(
                world.MemoryRows,
                world.MemoryBlobs,
                world.MemoryQueues,
                world.Clock,
                new() { SoleOwner = isSole },
                relay: world.Relay
            );

        async Task<int> RequeueAsync(TestBackend process) =>
            await process.Backend.Sending.Schedule.ResumeAsync(world.Clock.GetUtcNow(), TimeSpan.FromHours(1), default);
    }

    [Fact]
    public async Task A_store_that_fails_at_acceptance_promises_nothing()
    {
        var faults = new Faults();
        var world = await OutboundWorld.OpenAsync(faults: faults);
        faults.Fail("commit outbox");
        await Assert.ThrowsAsync<StoreException>(() => world.SubmitAsync(TestBackend.Alice, "bob@there.test"));
        faults.Heal();
        await world.PassAsync(TimeSpan.FromHours(2));
        Assert.Empty(world.Relay.Jobs);
    }

    [Theory]
    [InlineData(Submission.MaxParameter, true)]
    [InlineData(Submission.MaxParameter + 1, false)]
    public async Task A_parameter_that_is_too_askedis_refused_before_anything_is_written(int length, bool isTaken)
    {
        var world = await OutboundWorld.OpenAsync();
        var (text, to) = (new string('x', length), EmailAddress.TryParse("bob@there.test")!);
        var message = world.Message(TestBackend.Alice, "bob@there.test");
        foreach (
            var asked in new[]
            {
                message with
                {
                    Options = new() { EnvelopeId = text },
                },
                message with
                {
                    Recipients = [new(to, Notify: text)],
                },
                message with
                {
                    Recipients = [new(to, OriginalRecipient: text)],
                },
            }
        )
        {
            var own = asked with { Id = world.Test.NewTransaction() };
            if (isTaken)
                await world.SubmitAsync(own);
            else
                await Assert.ThrowsAsync<ArgumentException>(() => world.SubmitAsync(own));
        }

        Assert.Equal(isTaken ? 3 : 0, world.MemoryQueues.CountOf("outbound"));
    }
}
