using System.Text;
using Cloud.Dns;
using Cloud.Trust.MtaSts;

namespace Cloud.Tests.Trust.MtaSts;

public sealed class MtaStsPolicyTests
{
    const string Example = """
        version: STSv1
        mode: enforce
        mx: mail.example.com
        mx: *.example.net
        mx: backupmx.example.com
        max_age: 604800
        """;

    static MtaStsPolicy Read(string text)
    {
        Assert.True(MtaStsPolicy.TryParse(Encoding.Latin1.GetBytes(text), out var policy, out var fault), fault);
        return policy;
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public void The_example_of_the_standard(string newline)
    {
        var policy = Read(Example.ReplaceLineEndings(newline) + newline);
        Assert.Equal(MtaStsMode.Enforce, policy.Mode);
        Assert.Equal(TimeSpan.FromDays(7), policy.MaxAge);
        Assert.Equal(["mail.example.com", "*.example.net", "backupmx.example.com"], policy.Hosts);
        Assert.Equal(policy.ToText(), Read(policy.ToText()).ToText());
    }

    [Theory]
    [InlineData("mail.example.com", true)]
    [InlineData("MAIL.Example.COM", true)]
    [InlineData("mx.example.net", true)]
    [InlineData("a.mx.example.net", false)]
    [InlineData("example.net", false)]
    [InlineData("example.com", false)]
    [InlineData("other.example.com", false)]
    public void A_wildcard_is_one_label(string host, bool matches) =>
        Assert.Equal(matches, Read(Example).Matches(DnsName.Parse(host)));

    [Fact]
    public void Unknown_fields_count_for_nothing_and_of_others_the_first() =>
        Assert.Equal(
            (MtaStsMode.Testing, TimeSpan.FromSeconds(60)),
            Read("mode: testing\nversion:STSv1\nmode: enforce\nfoo: bar:baz\nmax_age : 60\nmax_age: 90\nmx: a.b\n")
                is var p
                ? (p.Mode, p.MaxAge)
                : default
        );

    [Fact]
    public void A_year_is_the_longest_time() =>
        Assert.Equal(MtaStsPolicy.LongestAge, Read(Example.Replace("604800", "9999999999")).MaxAge);

    [Fact]
    public void Without_a_mode_there_need_be_no_hosts() =>
        Assert.Empty(Read("version: STSv1\nmode: none\nmax_age: 86400").Hosts);

    [Theory]
    [InlineData("")]
    [InlineData("<html>")]
    [InlineData("version: STSv2\nmode: enforce\nmx: a.b\nmax_age: 1")]
    [InlineData("mode: enforce\nmx: a.b\nmax_age: 1")]
    [InlineData("version: STSv1\nmx: a.b\nmax_age: 1")]
    [InlineData("version: STSv1\nmode: strict\nmx: a.b\nmax_age: 1")]
    [InlineData("version: STSv1\nmode: enforce\nmx: a.b")]
    [InlineData("version: STSv1\nmode: enforce\nmax_age: 1")]
    [InlineData("version: STSv1\nmode: enforce\nmx: a.b\nmax_age: -1")]
    [InlineData("version: STSv1\nmode: enforce\nmx: a.b\nmax_age: 12345678901")]
    [InlineData("version: STSv1\nmode: enforce\nmx: *\nmax_age: 1")]
    [InlineData("version: STSv1\nmode: enforce\nmx: a.*.b\nmax_age: 1")]
    [InlineData("version: STSv1\nmode: enforce\nmx: *.*.b\nmax_age: 1")]
    [InlineData("version: STSv1\nmode: enforce\nmx: m*.b\nmax_age: 1")]
    [InlineData("version: STSv1\nmode: enforce\nmx: b\u00fccher.example\nmax_age: 1")]
    public void What_is_no_policy(string text)
    {
        Assert.False(MtaStsPolicy.TryParse(Encoding.Latin1.GetBytes(text), out _, out var fault));
        Assert.NotEmpty(fault!);
    }

    [Fact]
    public void Too_much_is_no_policy()
    {
        var text = Example + "\n" + new string('x', MtaStsPolicy.MaxLength) + ": y";
        Assert.False(MtaStsPolicy.TryParse(Encoding.Latin1.GetBytes(text), out _, out _));
        var many = Example + string.Concat(Enumerable.Repeat("\nmx: a.b", MtaStsPolicy.MaxHosts));
        Assert.False(MtaStsPolicy.TryParse(Encoding.Latin1.GetBytes(many), out _, out _));
    }

    [Theory]
    [InlineData("v=STSv1; id=20160831085700Z;", "20160831085700Z")]
    [InlineData("v=STSv1;id=a", "a")]
    [InlineData("v=STSv1 ; foo=bar; id=1 ; id=2", "1")]
    [InlineData("v=STSv1; id=", null)]
    [InlineData("v=STSv1; id=a-b", null)]
    [InlineData("v=STSv1; id=123456789012345678901234567890123", null)]
    [InlineData("v=STSv1", null)]
    [InlineData("v=STSv10; id=1", null)]
    [InlineData("id=1; v=STSv1", null)]
    [InlineData("v=spf1 -all", null)]
    public void The_record_names_the_policy(string text, string? id) =>
        Assert.Equal(id, MtaStsRecord.TryParse(text, out var record) ? record.Id : null);
}
