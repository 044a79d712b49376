using Cloud.Trust.Scanners;

namespace Cloud.Tests.Trust.Scanners;

public sealed class ScanPolicyTests
{
    [Theory]
    [InlineData(ScanOutcome.Clean, ScanDecision.Accept, ScanDecision.Accept)]
    [InlineData(ScanOutcome.Junk, ScanDecision.Junk, ScanDecision.Junk)]
    [InlineData(ScanOutcome.Refuse, ScanDecision.Junk, ScanDecision.Refuse)]
    [InlineData(ScanOutcome.Infected, ScanDecision.Refuse, ScanDecision.Refuse)]
    [InlineData(ScanOutcome.Defer, ScanDecision.Defer, ScanDecision.Defer)]
    [InlineData(ScanOutcome.TooLarge, ScanDecision.Accept, ScanDecision.Refuse)]
    [InlineData(ScanOutcome.Failed, ScanDecision.Accept, ScanDecision.Defer)]
    public void What_follows_is_the_operators_choice(ScanOutcome outcome, ScanDecision open, ScanDecision closed)
    {
        var strict = new ScanPolicy
        {
            FailClosed = true,
            RefuseTooLarge = true,
            MayRefuse = true,
        };
        Assert.Equal(open, new ScanPolicy().Decide(Verdict(outcome)));
        Assert.Equal(closed, strict.Decide(Verdict(outcome)));
    }

    [Fact]
    public void The_worst_of_several_counts()
    {
        var policy = new ScanPolicy { FailClosed = true };
        Assert.Equal(ScanDecision.Accept, policy.Decide());
        Assert.Equal(ScanDecision.Defer, policy.Decide(Verdict(ScanOutcome.Junk), Verdict(ScanOutcome.Failed)));
        Assert.Equal(ScanDecision.Refuse, policy.Decide(Verdict(ScanOutcome.Infected), Verdict(ScanOutcome.Failed)));
    }

    [Fact]
    public void A_scanner_may_fail_otherwise_than_the_others()
    {
        var policy = new ScanPolicy
        {
            FailClosed = true,
            FailClosedOf = new Dictionary<string, bool> { ["x"] = false },
        };
        Assert.Equal(ScanDecision.Accept, policy.Decide(Verdict(ScanOutcome.Failed)));
        Assert.Equal(ScanDecision.Defer, policy.Decide(Verdict(ScanOutcome.Failed) with { Scanner = "y" }));
    }

    [Fact]
    public void Malware_may_be_quarantined()
    {
        var policy = new ScanPolicy { RefuseInfected = false };
        Assert.Equal(ScanDecision.Quarantine, policy.Decide(Verdict(ScanOutcome.Infected), Verdict(ScanOutcome.Junk)));
    }

    static ScanVerdict Verdict(ScanOutcome outcome) => new("x", outcome, "", []);
}
