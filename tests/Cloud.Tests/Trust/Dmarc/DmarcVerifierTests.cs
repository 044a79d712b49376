using System.Text;
using Cloud.Dns;
using Cloud.Tests.Dns;
using Cloud.Tests.Fakes;
using Cloud.Trust.Dmarc;

namespace Cloud.Tests.Trust.Dmarc;

public sealed class DmarcVerifierTests
{
    const string World = """
        _dmarc.example.com        TXT "v=DMARC1; p=reject; sp=quarantine; np=reject"
        sub.example.com           A   192.0.2.1
        _dmarc.strict.example     TXT "v=DMARC1; p=reject; adkim=s; aspf=s"
        _dmarc.half.example       TXT "v=DMARC1; p=reject; pct=40"
        _dmarc.test.example       TXT "v=DMARC1; p=quarantine; t=y"
        _dmarc.watch.example      TXT "v=DMARC1; p=none"
        _dmarc.two.example        TXT "v=DMARC1; p=reject"
        _dmarc.two.example        TXT "v=DMARC1; p=none"
        _dmarc.own.example.com    TXT "v=DMARC1; p=none"
        _dmarc.company.co.uk      TXT "v=DMARC1; p=quarantine"
        _dmarc.xn--bcher-kva.example TXT "v=DMARC1; p=reject"
        _dmarc.broken.example     SERVFAIL
        _dmarc.slow.example       HANG
        """;

    readonly ManualClock clock = new();

    Task<DmarcVerdict> CheckAsync(
        string from,
        string? spf = null,
        string? dkim = null,
        DmarcOptions? options = null,
        int sample = 0,
        CancellationToken cancel = default
    ) =>
        new DmarcVerifier(new ZoneResolver(World), clock, options).CheckAsync(
            new(
                [
                    .. from.Split('|', StringSplitOptions.RemoveEmptyEntries)
                        .Select(f => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(f)),
                ],
                spf is null ? null : DnsName.Parse(spf),
                spf is not null,
                dkim is null ? [] : [new(DnsName.Parse("other.example"), true), new(DnsName.Parse(dkim), true)],
                sample
            ),
            cancel
        );

    [Theory]
    [InlineData("ada@example.com", "example.com", null, DmarcResult.Pass)]
    [InlineData("ada@example.com", "bounces.example.com", null, DmarcResult.Pass)]
    [InlineData("ada@example.com", null, "mail.example.com", DmarcResult.Pass)]
    [InlineData("ada@EXAMPLE.com", null, "example.COM", DmarcResult.Pass)]
    [InlineData("Ada <ada@sub.example.com>", "other.example.com", null, DmarcResult.Pass)]
    [InlineData("ada@example.com", "example.org", "example.net", DmarcResult.Fail)]
    [InlineData("ada@example.com", "notexample.com", null, DmarcResult.Fail)]
    [InlineData("ada@strict.example", "strict.example", null, DmarcResult.Pass)]
    [InlineData("ada@strict.example", "a.strict.example", "b.strict.example", DmarcResult.Fail)]
    [InlineData("ada@company.co.uk", "mail.company.co.uk", null, DmarcResult.Pass)]
    [InlineData("ada@company.co.uk", "other.co.uk", null, DmarcResult.Fail)]
    [InlineData("ada@bücher.example", "xn--bcher-kva.example", null, DmarcResult.Pass)]
    [InlineData("ada@nothing.example", "nothing.example", null, DmarcResult.None)]
    [InlineData("ada@two.example", null, null, DmarcResult.None)]
    [InlineData("ada@broken.example", "broken.example", null, DmarcResult.TempError)]
    public async Task What_passed_must_be_aligned_with_the_author(
        string from,
        string? spf,
        string? dkim,
        DmarcResult result
    ) => Assert.Equal(result, (await CheckAsync(from, spf, dkim)).Result);

    [Theory]
    [InlineData("ada@example.com", "reject")]
    [InlineData("ada@sub.example.com", "quarantine")]
    [InlineData("ada@missing.example.com", "reject")]
    [InlineData("ada@own.example.com", "none")]
    [InlineData("ada@watch.example", "none")]
    public async Task A_failure_is_treated_as_the_owner_of_that_name_asks(string from, string policy)
    {
        var verdict = await CheckAsync(from);
        Assert.Equal(DmarcResult.Fail, verdict.Result);
        Assert.Equal(policy, verdict.Policy.ToText());
        Assert.Equal(policy, verdict.Disposition.ToText());
        Assert.Equal(PolicyOverride.None, verdict.Override);
    }

    [Theory]
    [InlineData(39, DmarcPolicy.Reject, PolicyOverride.None)]
    [InlineData(40, DmarcPolicy.Quarantine, PolicyOverride.SampledOut)]
    public async Task Pct_takes_that_many_of_a_hundred(int sample, DmarcPolicy disposition, PolicyOverride why)
    {
        var verdict = await CheckAsync("ada@half.example", sample: sample);
        Assert.Equal((disposition, why), (verdict.Disposition, verdict.Override));
    }

    [Fact]
    public async Task A_policy_that_is_tried_out_is_one_milder()
    {
        var verdict = await CheckAsync("ada@test.example");
        Assert.Equal((DmarcPolicy.None, PolicyOverride.PolicyTestMode), (verdict.Disposition, verdict.Override));
    }

    [Theory]
    [InlineData(DmarcMode.Honour, DmarcPolicy.Reject, PolicyOverride.None)]
    [InlineData(DmarcMode.QuarantineOnly, DmarcPolicy.Quarantine, PolicyOverride.LocalPolicy)]
    [InlineData(DmarcMode.ReportOnly, DmarcPolicy.None, PolicyOverride.LocalPolicy)]
    public async Task Configuration_says_how_far_the_owner_is_followed(
        DmarcMode mode,
        DmarcPolicy disposition,
        PolicyOverride why
    )
    {
        var verdict = await CheckAsync("ada@example.com", options: new() { Mode = mode });
        Assert.Equal(DmarcPolicy.Reject, verdict.Policy);
        Assert.Equal((disposition, why), (verdict.Disposition, verdict.Override));
    }

    [Theory]
    [InlineData("")]
    [InlineData("undisclosed:;")]
    [InlineData("ada@[192.0.2.1]")]
    [InlineData("a@a.example, a@b.example, a@c.example, a@d.example, a@e.example")]
    [InlineData("a@example.com|<ada>")]
    public async Task A_message_without_an_author_or_with_too_many_is_in_error(string from) =>
        Assert.Equal(DmarcResult.PermError, (await CheckAsync(from, "example.com")).Result);

    [Theory]
    [InlineData("ada@watch.example, bob@example.com", "example.com", DmarcPolicy.Reject)]
    [InlineData("ada@example.com|bob@watch.example", "watch.example", DmarcPolicy.Reject)]
    public async Task Of_several_authors_the_worst_counts(string from, string spf, DmarcPolicy worst)
    {
        var passing = await CheckAsync(from, spf);
        Assert.Equal(DmarcResult.Fail, passing.Result);
        Assert.Equal(worst, (await CheckAsync(from)).Disposition);
    }

    [Fact]
    public async Task A_check_that_takes_too_long_is_a_temporary_error_and_rejects_nothing()
    {
        var slow = CheckAsync("ada@slow.example", "slow.example");
        Assert.False(slow.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal((DmarcResult.TempError, DmarcPolicy.None), ((await slow).Result, (await slow).Disposition));
        Assert.Equal(DmarcResult.TempError, (await CheckAsync("ada@slow.example", cancel: new(true))).Result);
    }

    [Fact]
    public async Task The_steps_tell_the_way_to_the_verdict()
    {
        var verdict = await CheckAsync(
            "ada@sub.example.com",
            "other.example",
            "example.net",
            new() { Mode = DmarcMode.ReportOnly }
        );
        Assert.Equal(
            [
                "TXT _dmarc.sub.example.com: no such name",
                "TXT _dmarc.example.com: \"v=DMARC1; p=reject; sp=quarantine; np=reject\"",
                "SPF other.example is not aligned with sub.example.com (relaxed)",
                "DKIM other.example is not aligned with sub.example.com (relaxed)",
                "DKIM example.net is not aligned with sub.example.com (relaxed)",
                "A sub.example.com: 192.0.2.1",
                "none instead of quarantine: LocalPolicy",
            ],
            verdict.Steps
        );
        Assert.Equal("dmarc=fail (p=quarantine of example.com) header.from=sub.example.com", verdict.ToString());
    }
}
