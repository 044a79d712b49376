using Cloud.Trust.Dmarc;

namespace Cloud.Tests.Trust.Dmarc;

public sealed class DmarcRecordTests
{
    static DmarcRecord Parse(string text) =>
        DmarcRecord.TryParse(text, out var record) ? record : throw new FormatException(text);

    [Fact]
    public void Every_tag_is_read()
    {
        var record = Parse(
            "v=DMARC1 ; p=reject; sp = quarantine;np=none; adkim=s; aspf=S; pct=25; t=y; psd=n; fo=1:d:s; rf=afrf; ri=86400;"
                + " rua=mailto:a@example.com!10m , mailto:b%21c@example.org; ruf=mailto:d@example.com; x=y"
        );
        Assert.Equal(DmarcPolicy.Reject, record.Policy);
        Assert.Equal(DmarcPolicy.Quarantine, record.Subdomains);
        Assert.Equal(DmarcPolicy.None, record.NonExistent);
        Assert.Equal((Alignment.Strict, Alignment.Strict), (record.Dkim, record.Spf));
        Assert.Equal(25, record.Percent);
        Assert.True(record.IsTest);
        Assert.Equal(PublicSuffixFlag.No, record.PublicSuffix);
        Assert.Equal(FailureOptions.Any | FailureOptions.Dkim | FailureOptions.Spf, record.FailureOptions);
        Assert.Equal(
            [new(new("a", "example.com"), 10 << 20), new(new("b!c", "example.org"), null)],
            record.AggregateReports
        );
        Assert.Equal([new(new("d", "example.com"), null)], record.FailureReports);
    }

    [Fact]
    public void What_is_not_said_has_its_default()
    {
        var record = Parse("v=DMARC1;p=none");
        Assert.Null(record.Subdomains);
        Assert.Null(record.NonExistent);
        Assert.Equal((Alignment.Relaxed, Alignment.Relaxed), (record.Dkim, record.Spf));
        Assert.Equal(100, record.Percent);
        Assert.Equal(FailureOptions.All, record.FailureOptions);
        Assert.Empty(record.AggregateReports);
    }

    [Theory]
    [InlineData("v=DMARC1; p=reject; pct=101; adkim=x; fo=z")]
    [InlineData("v=DMARC1; p=reject; pct=-1; aspf=; =; ;;; novalue")]
    public void Bad_values_count_as_if_they_were_not_there(string text)
    {
        var record = Parse(text);
        Assert.Equal(DmarcPolicy.Reject, record.Policy);
        Assert.Equal(100, record.Percent);
        Assert.Equal(Alignment.Relaxed, record.Spf);
        Assert.Equal(FailureOptions.All, record.FailureOptions);
    }

    [Theory]
    [InlineData("v=DMARC1; rua=mailto:a@example.com")]
    [InlineData("v=DMARC1; p=hard; rua=mailto:a@example.com")]
    [InlineData("v=DMARC1; p=reject; sp=hard; rua=mailto:a@example.com")]
    public void Without_a_good_policy_reports_are_all_that_is_wanted(string text) =>
        Assert.Equal(DmarcPolicy.None, Parse(text).Policy);

    [Theory]
    [InlineData("v=DMARC1")]
    [InlineData("v=DMARC1; p=hard")]
    [InlineData("v=DMARC1; p=reject; np=hard; rua=https://example.com")]
    [InlineData("v=DMARC2; p=reject")]
    [InlineData("v=dmarc1; p=reject")]
    [InlineData("p=reject; v=DMARC1")]
    [InlineData("v=DMARC10; p=reject")]
    [InlineData("")]
    public void What_is_no_record_is_none(string text) => Assert.False(DmarcRecord.TryParse(text, out _));

    [Theory]
    [InlineData("mailto:a@example.com!")]
    [InlineData("mailto:a@example.com!10x")]
    [InlineData("mailto:a@example.com!99999999999999999t")]
    [InlineData("mailto:a%0D%0AX@example.com")]
    [InlineData("mailto:example.com")]
    [InlineData("https://example.com")]
    public void What_is_no_address_gets_no_reports(string uri) => Assert.Empty(ReportAddress.ParseList(uri));

    [Fact]
    public void Only_so_many_addresses_are_taken()
    {
        var list = string.Join(',', Enumerable.Range(0, 500).Select(i => $"mailto:a{i}@example.com"));
        Assert.Equal(ReportAddress.MaxCount, ReportAddress.ParseList(list).Count);
    }
}
