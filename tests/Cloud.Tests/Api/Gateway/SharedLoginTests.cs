using Cloud.Api.Gateway;
using Cloud.Store;
using Cloud.Store.Counting;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Api.Gateway;

/// <summary>Guessers meet their failures in every process that serves the store.</summary>
public sealed class SharedLoginTests
{
    readonly CountingRows rows = new(new MemoryRows());
    readonly MemoryBlobs blobs = new();
    readonly ManualClock clock = new();

    Task<TestBackend> OpenAsync(ulong seed) =>
        TestBackend.OpenAsync(rows, blobs, time: clock, options: new() { SoleOwner = false }, seed: seed);

    static async Task<AuthenticateStatus> TryAsync(TestBackend test, string password, string client = "192.0.2.1") =>
        (await test.LoginAsync(TestBackend.Alice, password, client)).Status;

    [Fact]
    public async Task Failures_in_one_process_lock_the_account_in_another()
    {
        var (here, there) = (await OpenAsync(1), await OpenAsync(2));
        for (var i = 0; i < 6; i++)
            Assert.Equal(AuthenticateStatus.WrongCredentials, await TryAsync(i % 2 == 0 ? here : there, $"guess {i}"));
        foreach (var test in new[] { here, there, await OpenAsync(3) })
            Assert.Equal(AuthenticateStatus.LockedOut, await TryAsync(test, TestBackend.Password));
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(AuthenticateStatus.Ok, await TryAsync(there, TestBackend.Password));
        // Who knows the password has the account free again, everywhere.
        Assert.Equal(AuthenticateStatus.WrongCredentials, await TryAsync(await OpenAsync(4), "mistyped"));
        Assert.Equal(AuthenticateStatus.Ok, await TryAsync(await OpenAsync(5), TestBackend.Password));
    }

    [Fact]
    public async Task A_network_that_tries_many_names_waits_everywhere()
    {
        var (here, there) = (await OpenAsync(1), await OpenAsync(2));
        for (var i = 0; i < 21; i++)
            await here.LoginAsync($"nobody{i}@example.test", "guess", "2001:db8::1");
        Assert.Equal(AuthenticateStatus.LockedOut, await TryAsync(there, TestBackend.Password, "2001:db8::ffff"));
        Assert.Equal(AuthenticateStatus.Ok, await TryAsync(there, TestBackend.Password, "2001:db8:1::1"));
    }

    [Fact]
    public async Task A_login_that_was_checked_reads_nothing_and_a_right_one_writes_nothing()
    {
        var here = await OpenAsync(1);
        await TryAsync(here, TestBackend.Password);
        rows.Reset();
        await TryAsync(here, TestBackend.Password);
        Assert.Equal((0, 0), (rows.Reads, rows.Commits));
        await TryAsync(here, TestBackend.Password, "198.51.100.7");
        Assert.Equal((3, 0), (rows.Reads, rows.Commits));
    }

    [Fact]
    public async Task Old_failures_are_forgotten_and_swept()
    {
        var (here, there) = (await OpenAsync(1), await OpenAsync(2));
        for (var i = 0; i < 6; i++)
            await TryAsync(here, $"guess {i}");
        clock.Advance(TimeSpan.FromHours(2));
        await there.Backend.Sweeper.RunAsync(TimeSpan.FromMinutes(5), default);
        rows.Reset();
        Assert.Equal(AuthenticateStatus.WrongCredentials, await TryAsync(there, "mistyped"));
        Assert.Equal(AuthenticateStatus.Ok, await TryAsync(there, TestBackend.Password));
    }

    [Fact]
    public async Task Made_up_salts_are_the_same_in_every_process()
    {
        var (here, there) = (await OpenAsync(1), await OpenAsync(2));
        var one = await here.Gateway.StartScramAsync("nobody@example.test", default);
        var two = await there.Gateway.StartScramAsync("nobody@example.test", default);
        Assert.Equal(one.Salt.ToArray(), two.Salt.ToArray());
        var other = await there.Gateway.StartScramAsync("nobody2@example.test", default);
        Assert.NotEqual(one.Salt.ToArray(), other.Salt.ToArray());
    }
}
