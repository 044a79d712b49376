using Cloud.Flow.Door;
using Cloud.Flow.Door.Greylisting;
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
        Expect(reads: 0, commits: 1, blobWrites: 1);
        await SendAsync(world, FakeWorld.Stranger, "x@stranger.test", author: "sale@shop.test");
        Expect(reads: 0, commits: 1, blobWrites: 1);
        Assert.Single(await world.ReadAsync("Junk"));
    }

    [Fact]
    public async Task What_is_refused_costs_its_trace()
    {
        await using var world = await OpenAsync(soleOwner: false);
        await SendAsync(world, FakeWorld.Stranger, "x@stranger.test", author: "news@bank.test");
        Expect(commits: 1);
    }

    [Fact]
    public async Task A_stranger_costs_two_reads_each_time_and_a_write_while_it_waits_and_nothing_once_its_network_is_known()
    {
        await using var world = await OpenAsync(soleOwner: true, Greylisting);
        await SendAsync(world, FakeWorld.Plain, Plain); // 450
        Expect(reads: 2, commits: 1);
        await SendAsync(world, FakeWorld.Plain, Plain); // too early
        Expect(reads: 2);
        clock.Advance(TimeSpan.FromMinutes(6));
        await SendAsync(world, FakeWorld.Plain, Plain);
        Expect(reads: 2, commits: 2, blobWrites: 1);
        await SendAsync(world, FakeWorld.Plain, Plain);
        Expect(reads: 2, commits: 1, blobWrites: 1);

        for (var other = 1; other < new GreylistOptions().AllowNetworkAfter; other++)
        {
            clock.Advance(TimeSpan.FromHours(1));
            await SendAsync(world, FakeWorld.Plain, $"{Names[other]}@plain.test");
            clock.Advance(TimeSpan.FromMinutes(6));
            await SendAsync(world, FakeWorld.Plain, $"{Names[other]}@plain.test");
        }
        await SendAsync(world, FakeWorld.Plain, "yet.another@plain.test");
        Reset();
        await SendAsync(world, FakeWorld.Plain, "quite.another@plain.test");
        Expect(reads: 0, commits: 1, blobWrites: 1);
    }

    [Fact]
    public async Task Whom_the_recipient_knows_costs_a_read_at_the_door()
    {
        await using var world = await OpenAsync(soleOwner: true, Greylisting);
        await KnowAsync(world, Plain);
        await SendAsync(world, FakeWorld.Plain, Plain);
        Expect(reads: 1, commits: 1, blobWrites: 1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_known_author_is_asked_for_only_where_that_could_keep_the_message_out_of_Junk(bool isKnown)
    {
        await using var world = await OpenAsync(
            soleOwner: true,
            options =>
                options with
                {
                    Content = options.Content with { Scores = new Dictionary<string, decimal> { ["SPF_PASS"] = 7 } },
                }
        );
        if (isKnown)
            await KnowAsync(world, "news@bank.test");
        await SendAsync(world, FakeWorld.Bank, "news@bank.test");
        Expect(reads: 1, commits: 1, blobWrites: 1);
        Assert.Equal(isKnown ? 1 : 0, (await world.ReadAsync("INBOX")).Count);
    }

    [Fact]
    public async Task A_filter_that_has_learned_reads_the_start_of_each_message_and_itself_once_in_ten_minutes()
    {
        const int lessons = 20; // BayesOptions.MinLessons
        await using var world = await OpenAsync(soleOwner: false);
        for (var i = 0; i < 2 * lessons; i++)
            await SendAsync(world, FakeWorld.Plain, Plain, subject: i % 2 == 0 ? $"casino {i}" : $"meeting {i}");
        Reset();
        foreach (var (word, mailbox) in new[] { ("casino", "Junk"), ("meeting", "Archive") })
        {
            Assert.Equal(lessons, await world.MoveAsync(word, mailbox));
            Assert.Equal(mailbox == "Junk" ? 3 : 2, rows.Commits); // the move, the filter, and of Junk its one author
            Reset();
        }

        await SendAsync(world, FakeWorld.Plain, Plain, subject: "casino");
        Expect(reads: 0, commits: 1, blobWrites: 1, blobReads: 1);
        clock.Advance(TimeSpan.FromMinutes(11));
        await SendAsync(world, FakeWorld.Plain, Plain, subject: "casino");
        Expect(reads: 4, commits: 1, blobWrites: 1, blobReads: 1); // address, account and webhooks, as without a filter
    }

    static readonly string[] Names = ["adam", "eve", "cain", "abel", "seth", "enos"];

    static DoorOptions Greylisting(DoorOptions options) => options with { Greylist = GreylistMode.Suspicious };

    async Task KnowAsync(FakeWorld world, string address)
    {
        var (store, sender) = (world.Backend.Backend, EmailAddress.TryParse(address)!);
        Assert.True(await store.KnownSenders.TryAddAsync(world.Backend.AliceId, [sender], default));
        Reset();
    }

    void Expect(int reads = 0, int commits = 0, int blobWrites = 0, int blobReads = 0)
    {
        Assert.Equal(
            (reads, commits, blobWrites, blobReads),
            (rows.Reads, rows.Commits, blobs.Writes, blobs.Operations - blobs.Writes)
        );
        Reset();
    }

    void Reset()
    {
        rows.Reset();
        blobs.Reset();
    }

    static Task<string> SendAsync(
        FakeWorld world,
        string client,
        string from,
        string? author = null,
        string subject = "words"
    ) => world.SendAsync(client, $"mail.{from.Split('@')[1]}", from, FakeWorld.Letter(author ?? from, subject));
}
