using System.Text;
using Cloud.Listener.Hosting;
using Cloud.Listener.Tls;
using Cloud.Store.Ports;
using Cloud.Tests.Fakes;
using Microsoft.AspNetCore.Http;

namespace Cloud.Tests.Listener.Hosting;

/// <summary>What those hear who watch over the process.</summary>
public sealed class HealthTests
{
    readonly ManualClock clock = new();

    static async Task<(int Status, string Text)> AskAsync(Health health, string path = Health.ReadyPath)
    {
        using var body = new MemoryStream();
        var http = new DefaultHttpContext();
        (http.Request.Method, http.Request.Path, http.Response.Body) = ("GET", path, body);
        await health.AnswerAsync(http);
        return (http.Response.StatusCode, Encoding.UTF8.GetString(body.ToArray()));
    }

    [Fact]
    public async Task Every_fault_is_told_and_none_makes_it_look_dead()
    {
        string? store = "the storage does not answer";
        var health = new Health(
            [
                ("listener", () => Task.FromResult<string?>("stopping")),
                ("gateway", () => Task.FromResult<string?>(store)),
            ],
            []
        );
        Assert.Equal((503, "listener: stopping\ngateway: the storage does not answer\n"), await AskAsync(health));
        store = null;
        Assert.Equal((503, "listener: stopping\n"), await AskAsync(health));
        Assert.Equal((200, "ok\n"), await AskAsync(health, Health.LivePath));
        Assert.Equal(404, (await AskAsync(health, "/else")).Status);
    }

    [Fact]
    public async Task An_expired_certificate_is_told_and_keeps_no_mail_away()
    {
        var (certificate, key) = ServerCertificate.MakeSelfSigned(["mx.example.test"], clock.GetUtcNow());
        var server = ServerCertificate.FromPem(certificate, key);
        var health = new Health([], [("certificate", () => server.Expiry(clock.GetUtcNow()))]);
        Assert.Equal((200, "ready\n"), await AskAsync(health));
        clock.Advance(TimeSpan.FromDays(3700));
        Assert.Equal(
            (200, $"ready\ncertificate: expired on {server.NotAfter.UtcDateTime:u}\n"),
            await AskAsync(health)
        );
    }

    [Fact]
    public async Task The_storage_is_asked_every_ten_seconds_and_not_by_every_probe()
    {
        var asked = 0;
        var fails = false;
        var check = new CachedCheck(
            _ => ++asked > 0 && fails ? throw new StoreException("down") : ValueTask.CompletedTask,
            "down",
            clock
        );
        for (var probes = 0; probes < 5; probes++)
            Assert.Null(await check.FaultAsync());
        Assert.Equal(1, asked);

        fails = true;
        Assert.Null(await check.FaultAsync());
        clock.Advance(CachedCheck.Age);
        Assert.Equal("down", await check.FaultAsync());
        fails = false;
        clock.Advance(CachedCheck.Age);
        Assert.Null(await check.FaultAsync());
        Assert.Equal(3, asked);
    }

    [Fact]
    public async Task A_storage_that_hangs_is_not_waited_for_and_not_asked_twice()
    {
        var asked = 0;
        var never = new TaskCompletionSource();
        var check = new CachedCheck(_ => ++asked > 0 ? new(never.Task) : default, "down", clock);
        var (first, second) = (check.FaultAsync(), check.FaultAsync());
        Assert.False(first.IsCompleted);
        clock.Advance(CachedCheck.Patience);
        Assert.Equal(("down", "down"), (await first, await second));
        Assert.Equal(1, asked);
    }

    [Fact]
    public async Task A_store_is_asked_for_rows_and_for_blobs()
    {
        var faults = new Faults();
        await using var test = await TestBackend.OpenAsync(
            new FaultyRows(new MemoryRows(), faults),
            new FaultyBlobs(new MemoryBlobs(), faults)
        );
        await test.Backend.ProbeAsync(default);
        foreach (var operation in new[] { "get directory", "open" })
        {
            faults.Fail(operation);
            await Assert.ThrowsAnyAsync<StoreException>(() => test.Backend.ProbeAsync(default).AsTask());
            faults.Heal();
        }
    }
}
