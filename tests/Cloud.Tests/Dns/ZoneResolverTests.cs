using Cloud.Dns;

namespace Cloud.Tests.Dns;

/// <summary>The fake that other suites stand on is held to what a resolver does.</summary>
public sealed class ZoneResolverTests
{
    static readonly ZoneResolver Dns = new(
        """
        example.com       60  MX  10 mail.example.com
        example.com           TXT "v=spf1 " "-all \"\195\188"    ; two strings
        mail.example.com      A   192.0.2.1
        mail.example.com      AAAA 2001:db8::1
        *.wild.example        A   192.0.2.2
        in.between.wild.example TXT x
        alias.example         CNAME other.example
        other.example         CNAME example.com
        dead.example          CNAME nowhere.example
        loop.example          CNAME loop.example
        broken.example        SERVFAIL
        half.example          TIMEOUT TXT
        half.example          A 192.0.2.3
        slow.example          HANG
        example.com           SECURE
        example.com           TYPE99 \# 3 010203
        """
    );

    [Theory]
    [InlineData("example.com", RecordType.Mx, "MX example.com: 10 mail.example.com")]
    [InlineData("EXAMPLE.com", RecordType.Txt, @"TXT EXAMPLE.com: ""v=spf1 -all \""\195\188""")]
    [InlineData("mail.example.com", RecordType.A, "A mail.example.com: 192.0.2.1")]
    [InlineData("mail.example.com", RecordType.Aaaa, "AAAA mail.example.com: 2001:db8::1")]
    [InlineData("mail.example.com", RecordType.Txt, "TXT mail.example.com: no data")]
    [InlineData("com", RecordType.A, "A com: no data")]
    [InlineData("www.example.com", RecordType.A, "A www.example.com: no such name")]
    [InlineData("a.b.wild.example", RecordType.A, "A a.b.wild.example: 192.0.2.2")]
    [InlineData("x.between.wild.example", RecordType.A, "A x.between.wild.example: no such name")]
    [InlineData("alias.example", RecordType.Mx, "MX example.com: 10 mail.example.com")]
    [InlineData("alias.example", RecordType.Cname, "CNAME alias.example: other.example")]
    [InlineData("dead.example", RecordType.A, "A nowhere.example: no such name")]
    [InlineData("loop.example", RecordType.A, "A loop.example: too many aliases")]
    [InlineData("broken.example", RecordType.A, "A broken.example: SERVFAIL")]
    [InlineData("half.example", RecordType.Txt, "TXT half.example: no answer in time")]
    [InlineData("half.example", RecordType.A, "A half.example: 192.0.2.3")]
    [InlineData("example.com", (RecordType)99, @"TYPE99 example.com: \# 3 010203")]
    public async Task It_answers_as_its_lines_say(string name, RecordType type, string answer) =>
        Assert.Equal(answer, (await Dns.QueryAsync(DnsName.Parse(name), type, default)).ToString());

    [Fact]
    public async Task Names_below_what_is_secure_are_authenticated()
    {
        Assert.True((await Dns.MxAsync(DnsName.Parse("example.com"), default)).Authenticated);
        Assert.True((await Dns.AAsync(DnsName.Parse("mail.example.com"), default)).Authenticated);
        Assert.False((await Dns.MxAsync(DnsName.Parse("alias.example"), default)).Authenticated);
    }

    [Fact]
    public async Task A_hanging_name_hangs_until_the_caller_gives_up()
    {
        using var stop = new CancellationTokenSource();
        var asked = Dns.AAsync(DnsName.Parse("slow.example"), stop.Token);
        Assert.False(asked.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(asked.AsTask);
    }

    [Fact]
    public async Task Questions_are_kept_in_order()
    {
        var dns = new ZoneResolver();
        await dns.TxtAsync(DnsName.Parse("a.example"), default);
        await dns.PtrAsync(System.Net.IPAddress.Parse("192.0.2.1"), default);
        Assert.Equal(["a.example Txt", "1.2.0.192.in-addr.arpa Ptr"], dns.Asked.Select(q => $"{q.Name} {q.Type}"));
    }
}
