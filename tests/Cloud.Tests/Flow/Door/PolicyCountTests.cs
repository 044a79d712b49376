using Cloud.Flow.Door;
using Cloud.Store.Counting;
using Cloud.Tests.Fakes;
using Cloud.Tests.Flow.Outbound.Reports;
using Cloud.Tests.Trust.Dmarc;
using Cloud.Trust.Dmarc;

namespace Cloud.Tests.Flow.Door;

/// <summary>What the door counts for the owners of domains, by real sessions.</summary>
public sealed class PolicyCountTests
{
    const string Owners = """
        owner.test          TXT "v=spf1 ip4:192.0.2.10 -all"
        _dmarc.owner.test   TXT "v=DMARC1; p=reject; rua=mailto:dmarc@owner.test"
        mild.test           TXT "v=spf1 ip4:192.0.2.20 -all"
        _dmarc.mild.test    TXT "v=DMARC1; p=quarantine; rua=mailto:dmarc@mild.test"
        """;

    static async Task<FakeWorld> OpenAsync(TestBackend? backend = null)
    {
        var world = await FakeWorld.OpenAsync(options => options with { CountsForReports = true }, backend: backend);
        world.Dns.Add(Owners);
        return world;
    }

    static Task<string> SendAsync(FakeWorld world, string client, string from, byte[]? message = null) =>
        world.SendAsync(client, "mail.somewhere.test", from, message ?? FakeWorld.Letter(from));

    [Fact]
    public async Task Mail_is_counted_with_what_was_found_and_what_was_done()
    {
        await using var world = await OpenAsync();
        var signed = world.Sign("owner.test", FakeWorld.Letter("a@owner.test"));
        Assert.StartsWith("250", await SendAsync(world, FakeWorld.Bank, "b@owner.test", signed));
        Assert.StartsWith("250", await SendAsync(world, FakeWorld.Bank, "b@owner.test", signed));
        var forged = FakeWorld.Letter("a@owner.test");
        Assert.StartsWith("550", await SendAsync(world, FakeWorld.Stranger, "x@stranger.test", forged));

        var day = Assert.Single(world.Door.Counts!.Take());
        Assert.Equal(("owner.test", DmarcPolicy.Reject), (day.PolicyDomain, day.Record.Policy));
        var (good, count) = day.Rows.Single(row => row.Key.DkimAligned);
        Assert.Equal(2, count);
        Assert.Equal(
            (FakeWorld.Bank, DmarcPolicy.None, true, "owner.test", "owner.test"),
            ($"{good.Source}", good.Disposition, good.SpfAligned, good.HeaderFrom, good.EnvelopeFrom)
        );
        Assert.Equal(("owner.test/s1=pass", "mfrom:owner.test=pass"), (good.Dkim, good.Spf));
        var bad = day.Rows.Single(row => !row.Key.DkimAligned).Key;
        Assert.Equal((FakeWorld.Stranger, DmarcPolicy.Reject), ($"{bad.Source}", bad.Disposition));
        Assert.Equal(("stranger.test", ""), (bad.EnvelopeFrom, bad.Dkim));
        Assert.StartsWith("mfrom:stranger.test=", bad.Spf);
        Assert.Empty(world.Door.Counts.Take());
    }

    [Fact]
    public async Task What_goes_to_junk_counts_as_quarantined_and_who_wants_no_reports_counts_for_nothing()
    {
        await using var world = await OpenAsync();
        var forged = FakeWorld.Letter("a@mild.test");
        Assert.StartsWith("250", await SendAsync(world, FakeWorld.Stranger, "x@stranger.test", forged));
        await SendAsync(world, FakeWorld.Bank, "news@bank.test");
        await SendAsync(world, FakeWorld.Plain, "x@plain.test");
        var day = Assert.Single(world.Door.Counts!.Take());
        Assert.Equal(DmarcPolicy.Quarantine, Assert.Single(day.Rows).Key.Disposition);
    }

    [Fact]
    public async Task Reports_are_not_reported_but_what_only_looks_like_one_is()
    {
        await using var world = await OpenAsync();
        var file = ReportMails.Gzip(AggregateSamples.Office);
        var report = System.Text.Encoding.ASCII.GetBytes(
            ReportMails.Multipart("application/gzip", file, "a@mild.test")
        );
        Assert.StartsWith("250", await SendAsync(world, FakeWorld.Shop, "b@mild.test", report));
        Assert.Empty(world.Door.Counts!.Take());
        Assert.StartsWith("250", await SendAsync(world, FakeWorld.Stranger, "x@stranger.test", report));
        Assert.Equal(1, Assert.Single(world.Door.Counts.Take()).Total);
    }

    [Fact]
    public async Task A_forger_with_endless_signatures_takes_no_others_count_away()
    {
        await using var world = await OpenAsync();
        await SendAsync(
            world,
            FakeWorld.Bank,
            "b@owner.test",
            world.Sign("owner.test", FakeWorld.Letter("a@owner.test"))
        );
        var name = string.Join('.', Enumerable.Repeat(new string('a', 60), 4));
        var signature = $"DKIM-Signature: v=1; a=rsa-sha256; d={name}; s={name};\r\n h=from; bh=eA==; b=eA==\r\n";
        var forged = string.Concat(Enumerable.Repeat(signature, 8));
        await SendAsync(
            world,
            FakeWorld.Stranger,
            "x@stranger.test",
            [.. System.Text.Encoding.ASCII.GetBytes(forged), .. FakeWorld.Letter("a@owner.test")]
        );
        var day = Assert.Single(world.Door.Counts!.Take());
        Assert.All(day.Rows.Keys, row => Assert.InRange(row.Dkim.Length, 0, 1_000));
        Assert.Equal((2, 0), (AggregateCodec.Unpack(AggregateCodec.Pack(day))!.Total, day.Others));
    }

    [Fact]
    public async Task Counting_costs_a_message_nothing_and_a_hundred_of_them_one_transaction()
    {
        var rows = new CountingRows(new MemoryRows());
        await using var world = await OpenAsync(await TestBackend.OpenAsync(rows));
        await SendAsync(world, FakeWorld.Bank, "a@owner.test");
        rows.Reset();
        for (var i = 0; i < 10; i++)
            await SendAsync(world, FakeWorld.Bank, "a@owner.test");
        Assert.Equal((10, 0), (rows.Commits, rows.Reads)); // the filing, as without counting
        rows.Reset();
        var packed = world.Door.Counts!.Take().Select(AggregateCodec.Pack).ToList();
        await world.Backend.Gateway.KeepCountsAsync(new(1, packed), default);
        Assert.Equal((1, 0), (rows.Commits, rows.Reads));
    }
}
