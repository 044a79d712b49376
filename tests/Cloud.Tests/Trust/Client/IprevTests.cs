using System.Net;
using Cloud.Tests.Dns;
using Cloud.Tests.Fakes;
using Cloud.Trust.Client;

namespace Cloud.Tests.Trust.Client;

public sealed class IprevTests
{
    readonly ManualClock clock = new();

    readonly ZoneResolver dns = new(
        """
        1.2.0.192.in-addr.arpa   PTR  mail.example.com
        mail.example.com         A    192.0.2.1
        mail.example.com         AAAA 2001:db8::1
        1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa PTR mail.example.com
        2.2.0.192.in-addr.arpa   PTR  liar.example.com
        liar.example.com         A    192.0.2.1
        3.2.0.192.in-addr.arpa   PTR  gone.example.com
        4.2.0.192.in-addr.arpa   SERVFAIL
        5.2.0.192.in-addr.arpa   PTR  broken.example.com
        5.2.0.192.in-addr.arpa   PTR  liar.example.com
        broken.example.com       SERVFAIL
        6.2.0.192.in-addr.arpa   PTR  slow.example.com
        6.2.0.192.in-addr.arpa   PTR  six.example.com
        slow.example.com         HANG
        six.example.com          A    192.0.2.6
        7.2.0.192.in-addr.arpa   PTR  slow.example.com
        8.2.0.192.in-addr.arpa   PTR  two\032words.example.com
        two\032words.example.com A    192.0.2.8
        """
    );

    Task<IprevVerdict> CheckAsync(string address, CancellationToken cancel = default) =>
        new IprevVerifier(dns, clock).CheckAsync(IPAddress.Parse(address), cancel);

    [Theory]
    [InlineData("192.0.2.1", "iprev=pass (mail.example.com leads back) policy.iprev=192.0.2.1")]
    [InlineData("::ffff:192.0.2.1", "iprev=pass (mail.example.com leads back) policy.iprev=192.0.2.1")]
    [InlineData("2001:db8::1", "iprev=pass (mail.example.com leads back) policy.iprev=2001:db8::1")]
    [InlineData("192.0.2.2", "iprev=fail (no name leads back) policy.iprev=192.0.2.2")]
    [InlineData("192.0.2.3", "iprev=fail (no name leads back) policy.iprev=192.0.2.3")]
    [InlineData("192.0.2.4", "iprev=temperror (the name server failed: SERVFAIL) policy.iprev=192.0.2.4")]
    [InlineData("192.0.2.5", "iprev=temperror (broken.example.com: SERVFAIL) policy.iprev=192.0.2.5")]
    [InlineData("192.0.2.9", "iprev=permerror (no name is published for the address) policy.iprev=192.0.2.9")]
    public async Task An_address_passes_when_a_name_of_it_leads_back(string address, string verdict) =>
        Assert.Equal(verdict, (await CheckAsync(address)).ToString());

    [Fact]
    public async Task The_steps_tell_what_was_asked()
    {
        var verdict = await CheckAsync("192.0.2.1");
        Assert.Equal("mail.example.com", verdict.Name);
        Assert.Equal(
            [
                "PTR 1.2.0.192.in-addr.arpa: mail.example.com",
                "A mail.example.com: 192.0.2.1",
                "pass: mail.example.com leads back",
            ],
            verdict.Steps
        );
    }

    [Fact]
    public async Task A_slow_name_does_not_hold_up_one_that_leads_back() =>
        Assert.Equal("six.example.com", (await CheckAsync("192.0.2.6")).Name);

    [Fact]
    public async Task A_slow_name_server_is_a_temporary_error_after_ten_seconds()
    {
        var check = CheckAsync("192.0.2.7");
        clock.Advance(TimeSpan.FromSeconds(9));
        Assert.False(check.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(
            (IprevResult.TempError, "slow.example.com: out of time"),
            ((await check).Result, (await check).Reason)
        );
    }

    [Fact]
    public async Task Whoever_gives_up_gets_a_temporary_error_and_no_exception() =>
        Assert.Equal(IprevResult.TempError, (await CheckAsync("192.0.2.1", new(true))).Result);

    [Fact]
    public async Task A_name_that_could_not_stand_in_a_header_is_none()
    {
        var verdict = await CheckAsync("192.0.2.8");
        Assert.Equal((IprevResult.Fail, null), (verdict.Result, verdict.Name));
    }

    [Fact]
    public async Task No_more_than_ten_names_are_asked_for()
    {
        for (var i = 0; i < 30; i++)
            dns.Add($"10.2.0.192.in-addr.arpa PTR host{i}.example.com");
        Assert.Equal(IprevResult.Fail, (await CheckAsync("192.0.2.10")).Result);
        Assert.Equal(11, dns.Asked.Count);
    }
}
