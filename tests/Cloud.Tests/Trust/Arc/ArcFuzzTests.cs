using System.Text;
using Cloud.Dns;
using Cloud.Tests.Trust.Dkim;
using Cloud.Trust;
using Cloud.Trust.Arc;

namespace Cloud.Tests.Trust.Arc;

public sealed class ArcFuzzTests
{
    [Fact]
    public void Any_chain_comes_to_a_verdict()
    {
        using var world = new DkimHarness();
        var sealer = new ArcSealer(DkimHarness.Domain, world.Ed25519);
        var letter = DkimHarness.Message("From: ada@example.org\nTo: bob@example.org\nSubject: x\n\nHi.\n");
        var message = Encoding.Latin1.GetString(sealer.Seal(sealer.Seal(letter)));
        TrustFuzz.Run(
            [message],
            text =>
            {
                using var verification = new MessageVerification(world.Dns, DkimHarness.Clock, null, default);
                verification.Write(Encoding.Latin1.GetBytes(text));
                var check = verification.CompleteAsync();
                Assert.True(check.IsCompletedSuccessfully);
                var verdict = check.Result.Arc;
                Assert.InRange(verdict.Sets.Count, 0, ArcChain.MaxSets);
                Assert.InRange(verdict.OldestPass, 0, Math.Max(0, verdict.Sets.Count));
                if (verdict.TrustedSet([DnsName.Parse(DkimHarness.Domain)]) is not null)
                    Assert.True(verdict.IsPass);
            }
        );
    }
}
