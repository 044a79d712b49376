using Cloud.Flow.Door;
using Cloud.Mail;
using Cloud.Store;
using Cloud.Store.Counting;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Flow.Door;

/// <summary>What a judged message takes of the store, from RCPT to its mailbox: docs/door.md tells it.</summary>
public sealed class JudgedCostTests
{
    const string Plain = "x@plain.test";

    readonly CountingRows rows = new(new MemoryRows());
    readonly CountingBlobs blobs = new(new MemoryBlobs());
    readonly ManualClock clock = new(DateTimeOffset.UtcNow);

    async Task<FakeWorld> OpenAsync(bool soleOwner, Func<DoorOptions, DoorOptions>? set = null)
    {
        var options = new StoreOptions { SoleOwner = soleOwner };
        var backend = await TestBackend.OpenAsync(rows, blobs, null, clock, options);
        var world = await FakeWorld.OpenAsync(set, clock, backend: backend);
        await SendAsync(world, FakeWorld.Bank, "news@bank.test"); // Whatever is read once in a while.
        Reset();
        return world;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Probe(bool soleOwner)
    {
        await using var world = await OpenAsync(soleOwner, options => options with { Greylist = GreylistMode.Suspicious });
        await SendAsync(world, FakeWorld.Bank, "news@bank.test");
        Tell("bank, not suspicious");
        await SendAsync(world, FakeWorld.Plain, Plain);
        Tell("stranger greylisted");
        clock.Advance(TimeSpan.FromMinutes(6));
        await SendAsync(world, FakeWorld.Plain, Plain);
        Tell("stranger accepted");
        await SendAsync(world, FakeWorld.Plain, Plain);
        Tell("stranger again");
        var sender = EmailAddress.TryParse("y@stranger.test")!;
        await world.Backend.Backend.KnownSenders.TryAddAsync(world.Backend.AliceId, [sender], default);
        Reset();
        await SendAsync(world, FakeWorld.Stranger, "y@stranger.test");
        Tell("known sender");
        await SendAsync(world, FakeWorld.Bank, "x@bank.test", author: "sale@shop.test");
        Tell("junk by policy");
    }

    void Tell(string what)
    {
        Console.WriteLine($"PROBE {what}: gets {rows.Gets} queries {rows.Queries} commits {rows.Commits} changes {rows.Changes} inserted {rows.OctetsInserted} blob writes {blobs.Writes} reads {blobs.Reads} ops {blobs.Operations}");
        Reset();
    }

    void Expect(int? reads, int commits, int blobWrites, int? blobReads)
    {
        Assert.Equal(
            (reads ?? rows.Reads, commits, blobWrites, blobReads ?? blobs.Reads),
            (rows.Reads, rows.Commits, blobs.Writes, blobs.Reads)
        );
        Reset();
    }

    void Reset()
    {
        rows.Reset();
        blobs.Reset();
    }

    static Task<string> SendAsync(FakeWorld world, string client, string from, string? author = null) =>
        world.SendAsync(client, $"mail.{from.Split('@')[1]}", from, FakeWorld.Letter(author ?? from));
}
