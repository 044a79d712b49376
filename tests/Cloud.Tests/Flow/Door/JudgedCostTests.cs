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
    public async Task Accepted_or_junk_a_message_is_one_blob_and_one_transaction(bool soleOwner)
    {
        await using var world = await OpenAsync(soleOwner);
        await SendAsync(world, FakeWorld.Bank, "news@bank.test");
        Expect(reads: 0, commits: 1, blobWrites: 1, blobReads: 0);
        await SendAsync(world, FakeWorld.Stranger, "x@stranger.test", author: "sale@shop.test");
        Assert.Single(await world.ReadAsync("Junk"));
        Expect(reads: null, commits: 1, blobWrites: 1, blobReads: null);
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
