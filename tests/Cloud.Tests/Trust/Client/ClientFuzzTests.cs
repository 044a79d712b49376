using System.Net;
using Cloud.Dns;
using Cloud.Tests.Dns;
using Cloud.Tests.Fakes;
using Cloud.Trust.Client;

namespace Cloud.Tests.Trust.Client;

/// <summary>Whatever a client calls itself, and whatever its address is called.</summary>
public sealed class ClientFuzzTests
{
    static readonly IPAddress Client = IPAddress.Parse("192.0.2.1");

    [Fact]
    public void Any_helo_has_a_verdict() =>
        TrustFuzz.Run(
            [
                "mail.example.com",
                "[192.0.2.1]",
                "[IPv6:2001:db8::1]",
                "192.0.2.1",
                "localhost",
                "xn--bcher-kva.example",
            ],
            helo =>
            {
                var dns = new ZoneResolver("*.example.com A 192.0.2.1");
                var check = new HeloVerifier(dns, new ManualClock()).CheckAsync(Client, helo, default);
                Assert.True(check.IsCompletedSuccessfully);
                Assert.InRange(dns.Asked.Count, 0, 3);
                Assert.All(check.Result.Steps.Append(check.Result.ToString()), AssertPrintable);
            }
        );

    [Fact]
    public void Any_name_of_an_address_has_a_verdict() =>
        TrustFuzz.Run(
            ["mail.example.com", "two words.example.com", "192.0.2.1", "a_b.example.com"],
            text =>
            {
                if (!DnsName.TryFromOctets(System.Text.Encoding.Latin1.GetBytes(text), out var name))
                    return;
                var dns = new ZoneResolver("*.example.com A 192.0.2.1");
                dns.Add(new PtrRecord(DnsName.ReverseOf(Client), default, name));
                var check = new IprevVerifier(dns, new ManualClock()).CheckAsync(Client, default);
                Assert.True(check.IsCompletedSuccessfully);
                Assert.All(check.Result.Steps.Append(check.Result.ToString()), AssertPrintable);
                Assert.True(
                    check.Result.Name?.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_') ?? true
                );
            }
        );

    static void AssertPrintable(string text) => Assert.DoesNotContain(text, character => character is (< ' ' or > '~'));
}
