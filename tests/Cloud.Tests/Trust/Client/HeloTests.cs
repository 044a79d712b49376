using System.Net;
using Cloud.Dns;
using Cloud.Tests.Dns;
using Cloud.Tests.Fakes;
using Cloud.Trust.Client;

namespace Cloud.Tests.Trust.Client;

public sealed class HeloTests
{
    readonly ManualClock clock = new();

    readonly ZoneResolver dns = new(
        """
        mail.example.com     A    192.0.2.1
        both.example.com     A    192.0.2.3
        both.example.com     AAAA 2001:db8::1
        example.com          MX   10 mail.example.com
        text.example.com     TXT  "no address"
        broken.example.com   SERVFAIL
        half.example.com     A    192.0.2.9
        half.example.com     SERVFAIL AAAA
        slow.example.com     HANG
        mx.ours.example      A    198.51.100.25
        """
    );

    Task<HeloVerdict> CheckAsync(string helo, string client = "192.0.2.1", CancellationToken cancel = default) =>
        new HeloVerifier(
            dns,
            clock,
            new()
            {
                OurNames = [DnsName.Parse("mx.ours.example"), DnsName.Parse("ours.example")],
                OurAddresses = [IPAddress.Parse("198.51.100.25")],
            }
        ).CheckAsync(IPAddress.Parse(client), helo, cancel);

    [Theory]
    [InlineData("mail.example.com", "192.0.2.1")]
    [InlineData("MAIL.example.com.", "::ffff:192.0.2.1")]
    [InlineData("both.example.com", "192.0.2.3")]
    [InlineData("both.example.com", "2001:db8::1")]
    [InlineData("[192.0.2.1]", "192.0.2.1")]
    [InlineData("[192.0.2.1]", "::ffff:192.0.2.1")]
    [InlineData("[IPv6:2001:db8::1]", "2001:db8::1")]
    [InlineData("mx.ours.example", "198.51.100.25")]
    public async Task A_name_that_leads_to_the_client_has_nothing_odd(string helo, string client) =>
        Assert.Empty((await CheckAsync(helo, client)).Findings);

    [Theory]
    [InlineData("", HeloFinding.Malformed)]
    [InlineData("two words", HeloFinding.Malformed)]
    [InlineData("a..b", HeloFinding.Malformed)]
    [InlineData(".", HeloFinding.Malformed)]
    [InlineData("[mail.example.com]", HeloFinding.Malformed)]
    [InlineData("mail.example.com\r\nX: y", HeloFinding.Malformed)]
    [InlineData("192.0.2.300", HeloFinding.Malformed)]
    [InlineData("192.0.2.1", HeloFinding.BareAddress)]
    [InlineData("192.0.2.2", HeloFinding.BareAddress, HeloFinding.LiteralMismatch)]
    [InlineData("[192.0.2.2]", HeloFinding.LiteralMismatch)]
    [InlineData("[198.51.100.25]", HeloFinding.IsOurAddress, HeloFinding.LiteralMismatch)]
    [InlineData("[127.0.0.1]", HeloFinding.IsOurAddress, HeloFinding.LiteralMismatch)]
    [InlineData("localhost", HeloFinding.NotQualified)]
    [InlineData("Ours.Example", HeloFinding.IsOurName, HeloFinding.DoesNotMatchClient)]
    [InlineData("mx.ours.example", HeloFinding.IsOurName, HeloFinding.DoesNotMatchClient)]
    [InlineData("none.example.com", HeloFinding.DoesNotResolve)]
    [InlineData("text.example.com", HeloFinding.DoesNotResolve)]
    [InlineData("example.com", HeloFinding.DoesNotMatchClient)]
    [InlineData("both.example.com", HeloFinding.DoesNotMatchClient)]
    [InlineData("half.example.com", HeloFinding.DoesNotMatchClient)]
    [InlineData("broken.example.com", HeloFinding.TempError)]
    public async Task What_is_odd_has_a_name(string helo, params HeloFinding[] findings)
    {
        dns.Add("ours.example MX 10 mx.ours.example");
        Assert.Equal(findings, (await CheckAsync(helo)).Findings);
    }

    [Fact]
    public async Task A_failure_of_the_client_s_own_kind_of_address_is_no_mismatch() =>
        Assert.Equal([HeloFinding.TempError], (await CheckAsync("half.example.com", "2001:db8::1")).Findings);

    [Fact]
    public async Task The_verdict_tells_what_was_asked_and_why()
    {
        var verdict = await CheckAsync("both.example.com");
        Assert.Equal("helo=both.example.com (both.example.com does not lead to 192.0.2.1)", verdict.ToString());
        Assert.Equal(
            [
                "A both.example.com: 192.0.2.3",
                "AAAA both.example.com: 2001:db8::1",
                "DoesNotMatchClient: both.example.com does not lead to 192.0.2.1",
            ],
            verdict.Steps
        );
    }

    [Fact]
    public async Task A_slow_name_server_is_a_temporary_error_after_ten_seconds()
    {
        var check = CheckAsync("slow.example.com");
        clock.Advance(TimeSpan.FromSeconds(9));
        Assert.False(check.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([HeloFinding.TempError], (await check).Findings);
    }

    [Fact]
    public async Task Whoever_gives_up_gets_a_temporary_error_and_no_exception() =>
        Assert.Equal([HeloFinding.TempError], (await CheckAsync("mail.example.com", cancel: new(true))).Findings);
}
