using System.Text;
using Cloud.Dns;
using Cloud.Tests.Dns;
using Cloud.Tests.Fakes;
using Cloud.Trust.Dmarc;

namespace Cloud.Tests.Trust.Dmarc;

/// <summary>Organizational domains by records, without a list.</summary>
public sealed class TreeWalkTests
{
    readonly ZoneResolver dns = new(
        """
        _dmarc.example.com            TXT "v=DMARC1; p=reject; sp=quarantine"
        _dmarc.giant.bank             TXT "v=DMARC1; p=reject"
        _dmarc.bank                   TXT "v=DMARC1; p=none; np=reject; psd=y; rua=mailto:a@bank.example"
        _dmarc.apart.example.com      TXT "v=DMARC1; p=none; psd=n"
        """
    );

    async Task<DmarcVerdict> CheckAsync(string from, string spf) =>
        await new DmarcVerifier(dns, new ManualClock(), new() { Discovery = DmarcDiscovery.TreeWalk }).CheckAsync(
            new([Encoding.ASCII.GetBytes($"ada@{from}")], DnsName.Parse(spf), SpfPassed: true, []),
            default
        );

    [Theory]
    [InlineData("a.example.com", "b.example.com", DmarcResult.Pass, "example.com")]
    [InlineData("apart.example.com", "b.example.com", DmarcResult.Fail, "apart.example.com")]
    [InlineData("a.apart.example.com", "apart.example.com", DmarcResult.Pass, "apart.example.com")]
    [InlineData("example.com", "apart.example.com", DmarcResult.Fail, "example.com")]
    [InlineData("giant.bank", "mail.giant.bank", DmarcResult.Pass, "giant.bank")]
    [InlineData("giant.bank", "other.bank", DmarcResult.Fail, "giant.bank")]
    [InlineData("small.bank", "mail.small.bank", DmarcResult.Pass, "bank")]
    [InlineData("small.bank", "other.bank", DmarcResult.Fail, "bank")]
    [InlineData("a.nothing.example", "nothing.example", DmarcResult.None, null)]
    public async Task Records_on_the_way_up_tell_the_organization(
        string from,
        string spf,
        DmarcResult result,
        string? policyDomain
    )
    {
        var verdict = await CheckAsync(from, spf);
        Assert.Equal((result, policyDomain), (verdict.Result, verdict.PolicyDomain?.ToString()));
    }

    [Fact]
    public async Task A_long_name_takes_eight_questions()
    {
        await CheckAsync("a.b.c.d.e.f.g.h.i.j.example.org", "other.example");
        Assert.Equal(
            [
                "_dmarc.a.b.c.d.e.f.g.h.i.j.example.org",
                "_dmarc.f.g.h.i.j.example.org",
                "_dmarc.g.h.i.j.example.org",
                "_dmarc.h.i.j.example.org",
                "_dmarc.i.j.example.org",
                "_dmarc.j.example.org",
                "_dmarc.example.org",
                "_dmarc.org",
            ],
            dns.Asked.Select(question => question.Name.ToString())
        );
    }
}
