using System.Net;
using Cloud.Dns;
using Cloud.Tests.Dns;
using Cloud.Tests.Fakes;
using Cloud.Trust.Spf;

namespace Cloud.Tests.Trust.Spf;

/// <summary>Whatever is published: nothing throws, and no check asks more than it may.</summary>
public sealed class SpfFuzzTests
{
    /// <summary>Ten terms of an MX and ten addresses, the names of the client, the record and the words.</summary>
    const int MaxQuestions = 10 * 11 + 11 + 2;

    static readonly string[] Records =
    [
        "v=spf1 a mx/24//64 ptr:example.com ip4:192.0.2.0/24 ip6:2001:db8::/32 -all exp=why.%{d}",
        "v=spf1 include:%{i}.%{v}.example.com ?exists:%{l1r+-}.%{d2} redirect=%{h}",
        "v=spf1 a:%{p}.example.com +mx:%%%_%-.example.com. moo=%{S} ~all",
        "v=spf1 include:x.example include:x.example redirect=x.example",
    ];

    [Fact]
    public void Any_record_is_evaluated_within_its_limits() =>
        TrustFuzz.Run(
            Records,
            text =>
            {
                var dns = new ZoneResolver("*.example A 192.0.2.9\n1.2.0.192.in-addr.arpa PTR x.example");
                dns.Add(
                    new TxtRecord(DnsName.Parse("x.example"), default, new(System.Text.Encoding.Latin1.GetBytes(text)))
                );
                var check = new SpfVerifier(dns, new ManualClock()).CheckMailFromAsync(
                    new(IPAddress.Parse("192.0.2.1"), "x.example"),
                    "a+b-c@x.example",
                    default
                );
                Assert.True(check.IsCompletedSuccessfully);
                Assert.InRange(dns.Asked.Count, 1, MaxQuestions);
                Assert.All(check.Result.Steps, step => Assert.InRange(step.Length, 1, 301));
                Assert.Equal(check.Result.Result == SpfResult.None, !SpfRecord.HasVersion(text));
            }
        );

    [Fact]
    public void Any_explanation_is_read() =>
        TrustFuzz.Run(
            ["%{c} at %{t} for %{r}: see https://example.com/?s=%{S}", "%%%_%-%{d20r.-+,/_=}", "%{l1r+-}.%{IR}"],
            text =>
            {
                if (MacroString.TryParseExplanation(text, out var parsed))
                    Assert.InRange(
                        parsed.Expand(letter => new string(letter, 100), 400).Length,
                        0,
                        400 + 400 + text.Length
                    );
            }
        );
}
