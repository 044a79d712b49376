using System.Net;
using Cloud.Dns;
using Cloud.Tests.Dns;
using Cloud.Tests.Fakes;
using Cloud.Trust.DnsLists;

namespace Cloud.Tests.Trust.DnsLists;

/// <summary>Whatever is configured, asked for or answered.</summary>
public sealed class DnsListFuzzTests
{
    [Fact]
    public void Any_line_is_read() =>
        TrustFuzz.Run(
            [
                "block.example weight=4 codes=127.0.0.2-11,127.0.1.* for=client",
                "allow.example weight=-2.5 codes=127.0.*.&3 for=helo,mailfrom,from,dkim,url domains=organizational",
            ],
            line => Assert.NotEqual(DnsList.TryParse(line, out _, out var fault), fault.Length > 0)
        );

    [Fact]
    public void Any_domain_and_any_words_have_a_verdict() =>
        TrustFuzz.Run(
            ["mail.example.com", "xn--bcher-kva.example", "[192.0.2.1]", "a.b.c.d.example"],
            text =>
            {
                Assert.True(DnsList.TryParse("names.example weight=1 for=helo", out var list, out _));
                var dns = new ZoneResolver("*.names.example A 127.0.0.2");
                dns.Add(
                    new TxtRecord(
                        DnsName.Parse("*.names.example"),
                        default,
                        new(System.Text.Encoding.Latin1.GetBytes(text))
                    )
                );
                var check = new DnsListVerifier([list], dns, new ManualClock()).CheckAsync(
                    [ListItem.OfDomain(ListSubjects.Helo, text), ListItem.OfClient(IPAddress.Loopback)],
                    default
                );
                Assert.True(check.IsCompletedSuccessfully);
                Assert.InRange(dns.Asked.Count, 0, 2);
                Assert.All(check.Result.Steps, step => Assert.DoesNotContain(step, c => c is (< ' ' or > '~')));
            }
        );
}
