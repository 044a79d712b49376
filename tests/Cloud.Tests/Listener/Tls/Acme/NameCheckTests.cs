using Cloud.Listener.Tls.Acme;
using Cloud.Tests.Dns;

namespace Cloud.Tests.Listener.Tls.Acme;

public sealed class NameCheckTests
{
    [Theory]
    [InlineData("mta-sts.example CNAME mx.example", true)]
    [InlineData("mta-sts.example A 192.0.2.1", true)]
    [InlineData("mta-sts.example A 192.0.2.1\nmta-sts.example A 192.0.2.2", false)]
    [InlineData("mta-sts.example A 192.0.2.1\nmta-sts.example AAAA 2001:db8::2", false)]
    [InlineData("mta-sts.example A 192.0.2.2", false)]
    [InlineData("mta-sts.example SERVFAIL", false)]
    [InlineData("", false)]
    public async Task A_name_is_ours_when_all_its_addresses_are(string zone, bool leadsHere)
    {
        await using var check = new NameCheck("mx.example", new ZoneResolver($"mx.example A 192.0.2.1\n{zone}"));
        Assert.Equal(leadsHere, await check.LeadsHereAsync("mta-sts.example", default));
    }
}
