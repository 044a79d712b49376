using System.Text.RegularExpressions;

namespace Cloud.Tests.Repository;

/// <summary>RFCS.md and the citations in the code tell the same story.</summary>
public sealed class RfcTableTests
{
    static readonly string Table = Source.Read("RFCS.md");

    [Fact]
    public void Every_rfc_cited_in_the_code_has_a_line()
    {
        var cited = new[] { "core", "listener", "cli" }
            .SelectMany(Source.Files)
            .SelectMany(file => Regex.Matches(Source.Read(file), @"\bRFC (\d{3,5})\b"))
            .Select(match => match.Groups[1].Value)
            .Distinct();
        Assert.Empty(cited.Where(number => !Regex.IsMatch(Table, $@"(?m)^\| {number} \|")).Order());
    }

    [Fact]
    public void Every_line_says_done_partial_or_no()
    {
        var lines = Regex.Matches(Table, @"(?m)^\| (\d{3,5}) \|[^|]*\|([^|]*)\|");
        Assert.NotEmpty(lines);
        Assert.All(lines, line => Assert.Matches("^(done|partial: .+|no|background)$", line.Groups[2].Value.Trim()));
    }

    [Fact]
    public void What_is_done_is_cited_where_it_is_obeyed()
    {
        var code = string.Concat(new[] { "core", "listener", "cli" }.SelectMany(Source.Files).Select(Source.Read));
        var done = Regex.Matches(Table, @"(?m)^\| (\d{3,5}) \|[^|]*\| done \|").Select(match => match.Groups[1].Value);
        Assert.All(done, number => Assert.Contains($"RFC {number}", code));
    }
}
