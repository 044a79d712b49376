using System.Text.Json;

namespace Cloud.Tests.Cli;

public sealed class DnsCommandTests
{
    [Fact]
    public async Task Json_and_zone_file_say_the_same()
    {
        var (code, json, _) = await CloudProcess.RunAsync(null, "dns", "example.org", "--ipv4", "192.0.2.25", "--json");
        Assert.Equal(0, code);
        var (_, zone, _) = await CloudProcess.RunAsync(
            null,
            "dns",
            "example.org",
            "--ipv4",
            "192.0.2.25",
            "--zone-file"
        );
        using var records = JsonDocument.Parse(json);
        Assert.All(
            records.RootElement.EnumerateArray(),
            record => Assert.Contains(record.GetProperty("data").GetString()!, zone)
        );
        Assert.Contains("mail.example.org. 3600 IN A 192.0.2.25\n", zone);
    }

    [Fact]
    public async Task A_name_in_other_letters_becomes_what_dns_knows()
    {
        var (_, zone, _) = await CloudProcess.RunAsync(null, "dns", "bücher.example", "--zone-file");
        Assert.Contains("xn--bcher-kva.example. 3600 IN MX 10 mail.xn--bcher-kva.example.\n", zone);
    }

    [Fact]
    public async Task Senders_that_the_record_does_not_name_are_not_forbidden_if_there_are_such()
    {
        var (code, zone, _) = await CloudProcess.RunAsync(null, "dns", "example.org", "--spf-softfail", "--zone-file");
        Assert.Equal(0, code);
        Assert.Contains("example.org. 3600 IN TXT \"v=spf1 mx ~all\"\n", zone);
    }

    [Fact]
    public async Task The_page_for_people_tells_what_waits()
    {
        var (_, page, _) = await CloudProcess.RunAsync(null, "dns", "example.org");
        var (publish, later) = (page.Split("Not to be published yet:")[0], page.Split("Not to be published yet:")[1]);
        Assert.Contains("_imaps._tcp.example.org.", publish);
        Assert.Contains("_mta-sts.example.org.", publish);
        Assert.Contains("cloud._domainkey.example.org.", later);
    }

    [Theory]
    [InlineData("no domain")]
    [InlineData("example.org", "--ipv4", "2001:db8::1")]
    [InlineData("example.org", "--ipv6", "192.0.2.1")]
    [InlineData("example.org", "--host", "-")]
    [InlineData("example.org", "--server", "127.0.0.1")]
    [InlineData("example.org", "--check", "--server", "localhost")]
    public async Task What_cannot_be_is_told_and_nothing_printed(params string[] arguments)
    {
        var (code, output, errors) = await CloudProcess.RunAsync(null, ["dns", .. arguments]);
        Assert.Equal((2, ""), (code, output));
        Assert.NotEmpty(errors);
    }
}
