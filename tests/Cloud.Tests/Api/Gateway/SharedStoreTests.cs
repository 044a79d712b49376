using Cloud.Store;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Api.Gateway;

/// <summary>Two processes on one store: what one does, the other's sessions learn.</summary>
public abstract class SharedStoreTests(Hop hop) : GatewayTests(hop)
{
    static readonly StoreOptions Shared = new() { SoleOwner = false, WatchInterval = TimeSpan.FromSeconds(2) };

    readonly MemoryRows rows = new();
    readonly MemoryBlobs blobs = new();
    readonly ManualClock clock = new();
    readonly Faults faults = new();

    Task<TestBackend> OpenAsync(ulong seed) =>
        OpenAsync(new FaultyRows(rows, faults), blobs, time: clock, options: Shared, seed: seed);

    /// <summary>Moves the clock until a task is done; what it wakes goes on in its own time.</summary>
    async Task<T> PassAsync<T>(Task<T> task)
    {
        for (var rounds = 0; !task.IsCompleted && rounds < 2000; rounds++)
        {
            await AdvanceAsync(clock, TimeSpan.FromSeconds(1));
            await Task.WhenAny(task, Task.Delay(5));
        }
        Assert.True(task.IsCompleted, "Nobody was woken");
        return await task;
    }

    [Fact]
    public async Task A_watcher_learns_what_another_process_did()
    {
        var (here, there) = (await OpenAsync(1), await OpenAsync(2));
        var view = await here.OpenAsync(here.AliceId);
        var watch = here.Gateway.WatchAsync(here.AliceId, view.Revision, default).AsTask();
        await SettleAsync(); // what it asks at the beginning would see the mail
        await there.ReceiveAsync("text", TestBackend.Alice);
        Assert.False(watch.IsCompleted); // nobody tells it before it looks
        Assert.Equal(view.Revision + 1, await PassAsync(watch));
    }

    [Fact]
    public async Task A_watcher_outlives_a_store_that_fails_for_a_while()
    {
        var (here, there) = (await OpenAsync(1), await OpenAsync(2));
        var view = await here.OpenAsync(here.AliceId);
        var watch = here.Gateway.WatchAsync(here.AliceId, view.Revision, default).AsTask();
        await SettleAsync(); // what it asks at the beginning would see the mail
        await there.ReceiveAsync("text", TestBackend.Alice);
        faults.Fail("get mail");
        for (var looks = 0; looks < 5; looks++)
        {
            await AdvanceAsync(clock, TimeSpan.FromSeconds(2));
            await Task.Yield();
        }
        Assert.False(watch.IsCompleted);
        faults.Heal();
        Assert.Equal(view.Revision + 1, await PassAsync(watch));
    }

    [Fact]
    public async Task Who_watches_no_more_costs_nothing()
    {
        var here = await OpenAsync(1);
        var view = await here.OpenAsync(here.AliceId);
        using var done = new CancellationTokenSource();
        var watch = here.Gateway.WatchAsync(here.AliceId, view.Revision, done.Token).AsTask();
        await done.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watch);
        await AdvanceAsync(clock, TimeSpan.FromSeconds(2)); // the look that was due finds nobody
        faults.Fail("get mail");
        await AdvanceAsync(clock, TimeSpan.FromMinutes(1));
        Assert.False(here.Backend.Watches.IsWatched(here.AliceId, watch));
    }

    [Fact]
    public async Task Only_one_process_has_the_maildrop()
    {
        var (here, there) = (await OpenAsync(1), await OpenAsync(2));
        var held = await here.Gateway.LockMaildropAsync(here.AliceId, default);
        Assert.NotNull(held);
        Assert.Null(await there.Gateway.LockMaildropAsync(there.AliceId, default));
        Assert.NotNull(await there.Gateway.LockMaildropAsync(there.BobId, default));
        await held.DisposeAsync();
        Assert.NotNull(await there.Gateway.LockMaildropAsync(there.AliceId, default));
        Assert.Null(await here.Gateway.LockMaildropAsync(here.AliceId, default));
    }

    [Fact]
    public async Task A_held_maildrop_stays_locked_for_as_long_as_the_session_lasts()
    {
        var (here, there) = (await OpenAsync(1), await OpenAsync(2));
        await using var held = await here.Gateway.LockMaildropAsync(here.AliceId, default);
        for (var quarters = 0; quarters < 20; quarters++)
        {
            await AdvanceAsync(clock, TimeSpan.FromSeconds(15));
            Assert.Null(await there.Gateway.LockMaildropAsync(there.AliceId, default));
        }
    }

    [Fact]
    public async Task The_lock_of_a_crashed_process_ends_by_itself()
    {
        var (here, there) = (await OpenAsync(1), await OpenAsync(2));
        Assert.NotNull(await here.Gateway.LockMaildropAsync(here.AliceId, default));
        faults.Fail("commit mail"); // as if it were gone: it renews no more
        await AdvanceAsync(clock, TimeSpan.FromSeconds(59));
        Assert.Null(await there.Gateway.LockMaildropAsync(there.AliceId, default));
        await AdvanceAsync(clock, TimeSpan.FromSeconds(1));
        faults.Heal();
        Assert.NotNull(await there.Gateway.LockMaildropAsync(there.AliceId, default));
    }

    [Fact]
    public async Task A_renewal_that_fails_is_made_good_by_the_next()
    {
        var (here, there) = (await OpenAsync(1), await OpenAsync(2));
        await using var held = await here.Gateway.LockMaildropAsync(here.AliceId, default);
        faults.Fail("commit mail");
        await AdvanceAsync(clock, TimeSpan.FromSeconds(35));
        faults.Heal();
        await AdvanceAsync(clock, TimeSpan.FromSeconds(50));
        Assert.Null(await there.Gateway.LockMaildropAsync(there.AliceId, default));
    }

    [Fact]
    public async Task A_renewal_that_was_done_and_failed_is_made_good_by_the_next()
    {
        var (here, there) = (await OpenAsync(1), await OpenAsync(2));
        await using var held = await here.Gateway.LockMaildropAsync(here.AliceId, default);
        faults.AfterDoing = true;
        faults.Fail("commit mail");
        await AdvanceAsync(clock, TimeSpan.FromSeconds(15));
        faults.Heal();
        await AdvanceAsync(clock, TimeSpan.FromSeconds(70));
        Assert.Null(await there.Gateway.LockMaildropAsync(there.AliceId, default));
    }

    [Fact]
    public async Task Letting_go_late_does_not_take_the_lock_from_its_next_holder()
    {
        var (here, there) = (await OpenAsync(1), await OpenAsync(2));
        var held = await here.Gateway.LockMaildropAsync(here.AliceId, default);
        faults.Fail("commit mail");
        await AdvanceAsync(clock, TimeSpan.FromSeconds(60));
        faults.Heal();
        Assert.NotNull(await there.Gateway.LockMaildropAsync(there.AliceId, default));
        await held!.DisposeAsync();
        Assert.Null(await here.Gateway.LockMaildropAsync(here.AliceId, default));
    }
}

public sealed class LocalSharedStoreTests() : SharedStoreTests(Hop.None);

public sealed class HttpSharedStoreTests() : SharedStoreTests(Hop.Claim);

public sealed class StreamedSharedStoreTests() : SharedStoreTests(Hop.Stream);
