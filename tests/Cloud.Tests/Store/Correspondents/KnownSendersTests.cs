using Cloud.Flow.Submission;
using Cloud.Mail;
using Cloud.Store.Correspondents;
using Cloud.Store.Counting;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Store.Correspondents;

public sealed class KnownSendersTests
{
    readonly ManualClock clock = new();
    readonly MemoryRows store = new();
    readonly Faults faults = new();
    readonly CountingRows rows;

    public KnownSendersTests() => rows = new(new FaultyRows(store, faults));

    Task<TestBackend> OpenAsync() => TestBackend.OpenAsync(rows, time: clock, options: new() { SoleOwner = false });

    static EmailAddress Address(string text) => EmailAddress.TryParse(text)!;

    static Task<SubmitResult> SubmitAsync(TestBackend test, params string[] to) =>
        test.SubmitAsync($"From: {TestBackend.Alice}\r\nSubject: hello\r\n\r\n", TestBackend.Alice, to);

    [Fact]
    public async Task Whoever_was_written_to_is_known()
    {
        var test = await OpenAsync();
        var known = test.Backend.KnownSenders;
        Assert.False(await known.KnowsAsync(test.AliceId, Address(TestBackend.Bob), default));
        Assert.Equal(SubmitStatus.Accepted, (await SubmitAsync(test, "bob+lists@example.test")).Status);
        Assert.True(await known.KnowsAsync(test.AliceId, Address("Bob@Example.test"), default));
        Assert.True(await known.KnowsAsync(test.AliceId, Address("bob+other@example.test"), default));
        Assert.False(await known.KnowsAsync(test.BobId, Address(TestBackend.Alice), default));
    }

    [Fact]
    public async Task Mail_that_came_in_makes_nobody_known()
    {
        var test = await OpenAsync();
        await test.ReceiveAsync("From: sender@elsewhere.test\r\n\r\n", TestBackend.Alice);
        Assert.False(
            await test.Backend.KnownSenders.KnowsAsync(test.AliceId, Address("sender@elsewhere.test"), default)
        );
    }

    [Fact]
    public async Task The_same_recipients_cost_a_write_a_day()
    {
        var test = await OpenAsync();
        var known = new KnownSenders(rows, clock);
        var many = Enumerable.Range(0, 150).Select(i => Address($"a{i}@elsewhere.test")).ToArray();
        rows.Reset();
        Assert.True(await known.TryAddAsync(test.AliceId, many, default));
        Assert.True(await known.TryAddAsync(test.AliceId, many, default));
        Assert.Equal((0, 2), (rows.Reads, rows.Commits));
        clock.Advance(TimeSpan.FromDays(1));
        Assert.True(await known.TryAddAsync(test.AliceId, many, default));
        Assert.Equal((0, 4), (rows.Reads, rows.Commits));
    }

    [Fact]
    public async Task What_is_put_into_junk_is_a_stranger_s_again()
    {
        var test = await OpenAsync();
        var known = test.Backend.KnownSenders;
        var sender = Address("sender@elsewhere.test");
        Assert.True(await known.TryAddAsync(test.AliceId, [sender], default));
        await known.RemoveAsync(test.AliceId, sender, default);
        await known.RemoveAsync(test.AliceId, sender, default);
        Assert.False(await known.KnowsAsync(test.AliceId, sender, default));
        Assert.True(await known.TryAddAsync(test.AliceId, [sender], default));
        Assert.True(await known.KnowsAsync(test.AliceId, sender, default));
    }

    [Fact]
    public async Task A_message_is_sent_although_its_recipients_are_not_kept()
    {
        var test = await OpenAsync();
        faults.Fail($"commit mail {test.AliceId}");
        Assert.Equal(SubmitStatus.Accepted, (await SubmitAsync(test, TestBackend.Bob)).Status);
    }

    [Fact]
    public async Task Whom_nobody_has_written_to_for_long_the_sweep_forgets()
    {
        var test = await OpenAsync();
        var known = test.Backend.KnownSenders;
        Assert.True(await known.TryAddAsync(test.AliceId, [Address("old@elsewhere.test")], default));
        clock.Advance(TimeSpan.FromDays(380));
        Assert.True(await known.TryAddAsync(test.AliceId, [Address("new@elsewhere.test")], default));
        var removed = 0;
        for (var day = 0; day < 60; day++)
        {
            clock.Advance(TimeSpan.FromDays(1));
            removed += (await test.Backend.Sweeper.RunAsync(TimeSpan.FromMinutes(5), default)).CorrespondentRows;
        }

        Assert.Equal(1, removed);
        Assert.False(await known.KnowsAsync(test.AliceId, Address("old@elsewhere.test"), default));
        Assert.True(await known.KnowsAsync(test.AliceId, Address("new@elsewhere.test"), default));
    }
}
