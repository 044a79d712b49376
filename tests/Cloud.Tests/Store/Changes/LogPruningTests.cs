using Cloud.Api.Gateway;
using Cloud.Store.Messages;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Store.Changes;

/// <summary>The log is kept for 30 days; who was away longer is told the same by reading the mailbox whole.</summary>
public sealed class LogPruningTests
{
    readonly MemoryRows rows = new();
    readonly ManualClock clock = new();

    Task<TestBackend> OpenAsync() => TestBackend.OpenAsync(rows, time: clock);

    List<string> Log(TestBackend test) =>
        [
            .. rows.AllKeys("mail")
                .Where(key => key.Partition == test.AliceId.Value && key.Row.StartsWith("c!", StringComparison.Ordinal))
                .Select(key => key.Row),
        ];

    /// <summary>Enough changes for the log to be looked at, a month after those before.</summary>
    async Task PassAMonthAsync(TestBackend test)
    {
        clock.Advance(TimeSpan.FromDays(31));
        for (var i = 0; i < 64; i++)
            await test.ReceiveAsync($"later {i}", TestBackend.Alice);
    }

    static Task FlagAsync(TestBackend test, MailboxView view, uint uid) =>
        test
            .Gateway.StoreFlagsAsync(
                new(test.AliceId, view.Mailbox.Id, UidSet.Of(uid), FlagAction.Add, MessageFlags.Seen, [], null),
                default
            )
            .AsTask();

    [Fact]
    public async Task Log_rows_are_forgotten_after_a_month()
    {
        var test = await OpenAsync();
        for (var i = 0; i < 10; i++)
            await test.ReceiveAsync($"early {i}", TestBackend.Alice);
        Assert.Equal(11, Log(test).Count);
        await PassAMonthAsync(test);

        var view = await test.OpenAsync(test.AliceId);
        var log = Log(test);
        Assert.Equal("c!000000000000000c", log[0]); // the first change of this month
        Assert.Equal((int)(view.Revision - 11), log.Count);
        Assert.Equal(74, view.Entries.Count);
    }

    [Fact]
    public async Task A_younger_log_is_kept_whole()
    {
        var test = await OpenAsync();
        for (var i = 0; i < 70; i++)
            await test.ReceiveAsync($"text {i}", TestBackend.Alice);
        clock.Advance(TimeSpan.FromDays(29));
        for (var i = 0; i < 70; i++)
            await test.ReceiveAsync($"text {i}", TestBackend.Alice);
        Assert.Equal(141, Log(test).Count);
    }

    [Fact]
    public async Task A_session_older_than_the_log_is_told_all_the_same()
    {
        var test = await OpenAsync();
        for (var i = 0; i < 5; i++)
            await test.ReceiveAsync($"early {i}", TestBackend.Alice);
        var old = await test.OpenAsync(test.AliceId);
        await FlagAsync(test, old, 2);
        await test.Gateway.ExpungeAsync(test.AliceId, old.Mailbox.Id, UidSet.Of(1, 4), false, default);
        await PassAMonthAsync(test);

        var changes = (await test.Gateway.SyncAsync(test.AliceId, old.Mailbox.Id, old.Revision, false, default))!;
        Assert.Equal([2u, .. Enumerable.Range(6, 64).Select(uid => (uint)uid)], changes.Changed.Select(e => e.Uid));
        Assert.Equal("1,4", changes.Vanished.ToString());
        Assert.Equal((await test.OpenAsync(test.AliceId)).Revision, changes.Revision);
    }

    [Fact]
    public async Task Messages_vanished_at_the_end_are_told_without_a_log()
    {
        var test = await OpenAsync();
        for (var i = 0; i < 5; i++)
            await test.ReceiveAsync($"early {i}", TestBackend.Alice);
        var old = await test.OpenAsync(test.AliceId);
        await PassAMonthAsync(test);
        await test.Gateway.ExpungeAsync(test.AliceId, old.Mailbox.Id, UidSet.Of([(3, 69)]), false, default);

        var changes = (await test.Gateway.SyncAsync(test.AliceId, old.Mailbox.Id, old.Revision, false, default))!;
        Assert.Empty(changes.Changed);
        Assert.Equal("3:69", changes.Vanished.ToString());
        Assert.Equal(70u, changes.Mailbox.UidNext);
    }

    [Fact]
    public async Task A_long_absence_within_the_month_is_told_the_same()
    {
        var test = await OpenAsync();
        for (var i = 0; i < 3; i++)
            await test.ReceiveAsync($"early {i}", TestBackend.Alice);
        var old = await test.OpenAsync(test.AliceId);
        await test.Gateway.ExpungeAsync(test.AliceId, old.Mailbox.Id, UidSet.Of(2), false, default);
        for (var i = 0; i < 450; i++) // more than a sync reads of the log
            await FlagAsync(test, old, (uint)(i % 2 == 0 ? 1 : 3));
        for (var i = 0; i < 450; i++)
            await test.ReceiveAsync($"later {i}", TestBackend.Alice);

        var changes = (await test.Gateway.SyncAsync(test.AliceId, old.Mailbox.Id, old.Revision, false, default))!;
        var fresh = await test.OpenAsync(test.AliceId);
        Assert.Equal(fresh.Entries, changes.Changed);
        Assert.Equal("2", changes.Vanished.ToString());
    }
}
