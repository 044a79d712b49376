using Cloud.Dns;
using Cloud.Tests.Dns;
using Cloud.Tests.Fakes;
using Cloud.Trust.DnsLists;

namespace Cloud.Tests.Trust.DnsLists;

/// <summary>The test entries of RFC 5782 §5 tell a list from what is left of one.</summary>
public sealed class DnsListProbeTests
{
    readonly ZoneResolver dns = new(
        """
        2.0.0.127.good.example    A    127.0.0.2
        *.sold.example            A    203.0.113.80
        *.angry.example           A    127.0.0.2
        *.closed.example          A    127.255.255.254
        empty.example             TXT  "moved"
        broken.example            TXT  "x"
        2.0.0.127.broken.example  SERVFAIL
        2.0.0.127.half.example    A    127.0.0.2
        1.0.0.127.half.example    HANG
        test.names.example        A    127.0.1.2
        """
    );

    [Theory]
    [InlineData("good.example weight=1", DnsListHealth.Works)]
    [InlineData("names.example weight=1 for=helo", DnsListHealth.Works)]
    [InlineData("names.example weight=1", DnsListHealth.ListsNothing)]
    [InlineData("sold.example weight=1", DnsListHealth.Refuses)]
    [InlineData("angry.example weight=1", DnsListHealth.ListsEverything)]
    [InlineData("closed.example weight=1", DnsListHealth.Refuses)]
    [InlineData("empty.example weight=1", DnsListHealth.ListsNothing)]
    [InlineData("broken.example weight=1", DnsListHealth.TempError)]
    public async Task A_list_shows_whether_it_can_be_relied_on(string line, DnsListHealth health)
    {
        Assert.True(DnsList.TryParse(line, out var list, out _));
        Assert.Equal(health, (await DnsListProbe.RunAsync(list, dns, new ManualClock(), default)).Health);
    }

    [Fact]
    public async Task A_list_that_lists_everything_is_switched_off_and_told_until_it_works_again()
    {
        string[] zones = ["good", "angry", "closed", "broken"];
        var lists = zones.Select(zone =>
            DnsList.TryParse($"{zone}.example weight=9", out var list, out _) ? list : null
        );
        var verifier = new DnsListVerifier([.. lists!], dns, new ManualClock());
        var watch = new DnsListWatch(verifier, dns, new ManualClock());
        var told = new List<string>();
        dns.Add("7.2.0.192.good.example A 127.0.0.2");
        Assert.Equal(18, await WeightAsync());

        await LookAsync();
        Assert.Equal(["angry.example. ListsEverything", "closed.example. Refuses"], told);
        Assert.Equal(9, await WeightAsync());
        await LookAsync();
        Assert.Equal(2, told.Count); // once

        dns.Add("2.0.0.127.angry.example A 127.0.0.2\n*.127.angry.example TXT moved");
        dns.Fail(DnsName.Parse("1.0.0.127.angry.example"), "SERVFAIL");
        await LookAsync();
        Assert.Equal(9, await WeightAsync()); // nobody can tell: it stays off

        async Task LookAsync() => await watch.LookAsync((zone, found) => told.Add($"{zone}. {found.Health}"), default);
        async Task<double> WeightAsync() =>
            (await verifier.CheckAsync([ListItem.OfClient(System.Net.IPAddress.Parse("192.0.2.7"))], default)).Weight;
    }

    [Fact]
    public async Task A_list_that_does_not_answer_is_not_known_after_five_seconds()
    {
        var clock = new ManualClock();
        Assert.True(DnsList.TryParse("half.example weight=1", out var list, out _));
        var probe = DnsListProbe.RunAsync(list, dns, clock, default);
        Assert.False(probe.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(DnsListHealth.TempError, (await probe).Health);
    }
}
