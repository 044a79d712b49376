using System.Text;
using Cloud.Dns;
using Cloud.Store.Ports;
using Cloud.Tests.Dns;
using Cloud.Tests.Fakes;
using Cloud.Trust.MtaSts;

namespace Cloud.Tests.Trust.MtaSts;

public sealed class MtaStsDiscoveryTests
{
    static readonly DnsName Domain = DnsName.Parse("Example.com");

    readonly ManualClock clock = new();
    readonly MemoryRows rows = new();
    readonly Source source = new();

    sealed class Source : IPolicySource
    {
        public string? Text { get; set; } = Policy("enforce");

        public int Asked { get; private set; }

        public ValueTask<PolicyFetch> FetchAsync(string domain, CancellationToken cancel)
        {
            Asked++;
            Assert.Equal("example.com", domain);
            return new(
                Text is null ? PolicyFetch.Failed(PolicyFault.WebPkiInvalid, "the certificate expired")
                : MtaStsPolicy.TryParse(Encoding.ASCII.GetBytes(Text), out var policy, out var fault)
                    ? PolicyFetch.Of(policy)
                : PolicyFetch.Failed(PolicyFault.Invalid, fault)
            );
        }
    }

    static string Policy(string mode, int age = 864000) =>
        $"version: STSv1\nmode: {mode}\nmx: mx.example.com\nmax_age: {age}\n";

    static ZoneResolver Announced(string id = "1") => new($"_mta-sts.example.com TXT \"v=STSv1; id={id}\"");

    // Always a new one: what is remembered has to be in the store.
    Task<MtaStsVerdict> FindAsync(IResolver dns) =>
        new MtaStsDiscovery(dns, source, new StoredPolicies(rows), clock).FindAsync(Domain, default).AsTask();

    [Theory]
    [InlineData("enforce", "mx.example.com", MtaStsDemand.Authenticate)]
    [InlineData("enforce", "mx.example.org", MtaStsDemand.Skip)]
    [InlineData("testing", "mx.example.com", MtaStsDemand.TryToAuthenticate)]
    [InlineData("testing", "mx.example.org", MtaStsDemand.ReportMismatch)]
    [InlineData("none", "mx.example.org", MtaStsDemand.Nothing)]
    public async Task What_a_sender_must_do(string mode, string host, MtaStsDemand demand)
    {
        source.Text = Policy(mode);
        var verdict = await FindAsync(Announced());
        Assert.Equal(demand, verdict.Of(DnsName.Parse(host)));
        Assert.Contains(verdict.Steps, step => step.Contains("https://mta-sts.example.com/.well-known/mta-sts.txt"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("_mta-sts.example.com TXT \"v=spf1 -all\"")]
    [InlineData("_mta-sts.example.com TXT \"v=STSv1\"")]
    [InlineData("_mta-sts.example.com TXT \"v=STSv1; id=1\"\n_mta-sts.example.com TXT \"v=STSv1; id=2\"")]
    [InlineData("_mta-sts.example.com SERVFAIL")]
    public async Task Without_one_record_there_is_no_policy_and_nobody_is_asked(string zone)
    {
        var verdict = await FindAsync(new ZoneResolver(zone));
        Assert.Equal(MtaStsDemand.Nothing, verdict.Of(DnsName.Parse("mx.example.org")));
        Assert.Equal(0, source.Asked);
    }

    [Fact]
    public async Task A_kept_policy_spares_the_question_until_the_record_changes()
    {
        await FindAsync(Announced());
        await FindAsync(Announced());
        Assert.Equal(1, source.Asked);

        source.Text = Policy("testing");
        var verdict = await FindAsync(Announced("2"));
        Assert.Equal((2, MtaStsMode.Testing), (source.Asked, verdict.Policy!.Mode));
        await FindAsync(Announced("2"));
        Assert.Equal(2, source.Asked);
    }

    [Theory]
    [InlineData("")]
    [InlineData("_mta-sts.example.com TIMEOUT")]
    [InlineData("_mta-sts.example.com TXT \"v=STSv1; id=2\"")]
    public async Task Who_takes_away_record_and_page_does_not_take_away_the_policy_until_it_expires(string zone)
    {
        await FindAsync(Announced());
        source.Text = null;
        clock.Advance(TimeSpan.FromDays(9));
        var verdict = await FindAsync(new ZoneResolver(zone));
        Assert.Equal(MtaStsDemand.Skip, verdict.Of(DnsName.Parse("evil.example")));

        clock.Advance(TimeSpan.FromDays(1));
        Assert.Null((await FindAsync(new ZoneResolver(zone))).Policy);
    }

    [Fact]
    public async Task It_is_read_again_each_day_and_then_lives_on()
    {
        await FindAsync(Announced());
        for (var day = 0; day < 30; day++)
        {
            clock.Advance(TimeSpan.FromDays(1));
            Assert.NotNull((await FindAsync(Announced())).Policy);
        }

        Assert.Equal(31, source.Asked);
    }

    [Fact]
    public async Task A_short_one_is_read_again_before_half_of_its_time_is_over()
    {
        source.Text = Policy("enforce", 7200);
        await FindAsync(Announced());
        clock.Advance(TimeSpan.FromHours(1));
        await FindAsync(Announced());
        Assert.Equal(2, source.Asked);
    }

    [Fact]
    public async Task After_a_failure_the_page_is_left_alone_for_five_minutes()
    {
        source.Text = null;
        var discovery = new MtaStsDiscovery(Announced(), source, new StoredPolicies(rows), clock);
        Assert.Equal(PolicyFault.WebPkiInvalid, (await discovery.FindAsync(Domain, default)).Fault);
        var again = await discovery.FindAsync(Domain, default);
        Assert.Equal((PolicyFault.WebPkiInvalid, 1), (again.Fault, source.Asked));
        Assert.Contains(again.Steps, step => step.Contains("the certificate expired"));

        clock.Advance(TimeSpan.FromMinutes(5));
        source.Text = Policy("enforce");
        Assert.NotNull((await discovery.FindAsync(Domain, default)).Policy);
    }

    [Fact]
    public async Task A_name_that_no_host_can_have_leads_nowhere()
    {
        var odd = DnsName.Parse("a\\/b.example");
        var discovery = new MtaStsDiscovery(
            new ZoneResolver().Add(
                new TxtRecord(odd.TryPrepend("_mta-sts")!, default, new("v=STSv1; id=1"u8.ToArray()))
            ),
            source,
            new StoredPolicies(rows),
            clock
        );
        Assert.Null((await discovery.FindAsync(odd, default)).Policy);
        Assert.Equal(0, source.Asked);
    }

    [Fact]
    public async Task The_longest_policy_fits_a_row()
    {
        var label = new string('a', 50);
        var hosts = Enumerable.Repeat($"{label}.{label}.{label}.{label}.example", MtaStsPolicy.MaxHosts).ToList();
        var policy = new MtaStsPolicy(MtaStsMode.Enforce, MtaStsPolicy.LongestAge, hosts);
        await new StoredPolicies(rows).KeepAsync(new("a.example", "1", policy, clock.GetUtcNow()), default);
        Assert.Equal(hosts, (await new StoredPolicies(rows).FindAsync("a.example", default))!.Policy.Hosts);
    }
}
