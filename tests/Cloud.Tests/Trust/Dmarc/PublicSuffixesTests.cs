using System.Text.RegularExpressions;
using Cloud.Dns;
using Cloud.Tests.Repository;
using Cloud.Trust.Dmarc.Suffixes;

namespace Cloud.Tests.Trust.Dmarc;

public sealed class PublicSuffixesTests
{
    /// <summary>The list's own tests: a name, and what was registered of it. A null name and leading dots are no names here.</summary>
    public static TheoryData<string, string?> Published
    {
        get
        {
            var data = new TheoryData<string, string?>();
            var text = Source.Read("tests/Cloud.Tests/Trust/Data/psl/test_psl.txt");
            foreach (Match line in Regex.Matches(text, @"(?m)^checkPublicSuffix\('([^']+)', (?:null|'([^']+)')\)"))
                data.Add(line.Groups[1].Value, line.Groups[2].Success ? line.Groups[2].Value : null);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Published))]
    public void The_tests_of_the_list_agree(string name, string? registered)
    {
        if (!DnsName.TryParse(name, out var parsed))
        {
            Assert.StartsWith(".", name);
            Assert.Null(registered);
            return;
        }

        var expected = registered is null ? null : DnsName.Parse(registered);
        Assert.Equal(expected, PublicSuffixes.Shipped.RegistrableDomain(parsed));
    }

    [Fact]
    public void All_of_the_tests_are_here() => Assert.Equal(77, Published.Count);

    [Fact]
    public void The_shipped_list_is_whole()
    {
        Assert.Equal(9506, PublicSuffixes.Shipped.Count);
        Assert.Null(PublicSuffixes.Shipped.RegistrableDomain(DnsName.Root));
    }

    [Fact]
    public void Every_shipped_rule_is_found()
    {
        var lines = Source
            .Read("core/Trust/Dmarc/Suffixes/public_suffix.txt")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        foreach (var rule in lines.Where(line => !line.StartsWith('/')))
        {
            var name = rule[0] switch
            {
                '!' => rule[1..],
                '*' => $"registered.{rule.Replace("*", "any", StringComparison.Ordinal)}",
                _ => $"registered.{rule}",
            };
            Assert.Equal(DnsName.Parse(name), PublicSuffixes.Shipped.RegistrableDomain(DnsName.Parse(name)));
        }
    }

    [Fact]
    public void A_published_list_becomes_a_list_to_ship()
    {
        var converted = SuffixList.Convert("// VERSION: x\r\n\r\nuk\n co.uk  // comment\n*.ck\n!www.ck\n公司.cn\n");
        var text = System.Text.Encoding.ASCII.GetString(converted);
        Assert.Contains("Mozilla Public", text);
        Assert.EndsWith("`.\n!www.ck\n*.ck\nco.uk\nuk\nxn--55qx5d.cn\n", text);
        var list = PublicSuffixes.Of(converted);
        Assert.Equal(5, list.Count);
        Assert.Equal(DnsName.Parse("b.co.uk"), list.RegistrableDomain(DnsName.Parse("a.B.co.UK")));
        Assert.Null(list.RegistrableDomain(DnsName.Parse("公司.cn")));
        Assert.Equal(DnsName.Parse("www.ck"), list.RegistrableDomain(DnsName.Parse("a.www.ck")));
        Assert.Null(list.RegistrableDomain(DnsName.Parse("any.ck")));
    }

    [Fact]
    public void A_converted_list_is_read_and_a_broken_one_refused()
    {
        var list = SuffixList.Convert("uk\nco.uk\n*.ck\n!www.ck\n");
        Assert.Equal(4, SuffixList.Read(list).Count);
        var text = System.Text.Encoding.ASCII.GetString(list);
        string[] broken =
        [
            "",
            "uk\n",
            "// Rules: 0.\n",
            text[..^1],
            text[..^3], // cut between two rules
            text.Replace("co.uk", "xo.uk"), // out of order
            text.Replace("co.uk", "co uk"),
            text.Replace("co.uk\n", "\n"),
            text.Replace("co.uk\n", "co.uk\n// why\n"),
            text.Replace("Rules: 4", "Rules: 5"),
            text.Replace("Rules: 4", "Rules: "),
        ];
        foreach (var one in broken)
            Assert.Throws<FormatException>(() => SuffixList.Read(System.Text.Encoding.ASCII.GetBytes(one)));
    }

    [Fact]
    public void The_shipped_list_is_as_one_that_is_installed() =>
        Assert.Equal(
            PublicSuffixes.Shipped.Count,
            SuffixList
                .Read(System.Text.Encoding.ASCII.GetBytes(Source.Read("core/Trust/Dmarc/Suffixes/public_suffix.txt")))
                .Count
        );

    [Theory]
    [InlineData("// nothing but comments")]
    [InlineData("a..b")]
    [InlineData("a.*.b")]
    [InlineData("<html>")]
    public void What_is_no_list_is_refused(string text) =>
        Assert.Throws<FormatException>(() => SuffixList.Convert(text));
}
