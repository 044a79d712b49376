using System.Globalization;
using System.Text.RegularExpressions;

namespace Cloud.Tests.Repository;

/// <summary>TELEMETRY.md names all that the code tells of itself.</summary>
public sealed class TelemetryTests
{
    static readonly string Telemetry = Source.Read("TELEMETRY.md");

    static IEnumerable<(string File, string Text)> Code =>
        new[] { "core", "listener", "functions", "cli" }
            .SelectMany(Source.Files)
            .Select(file => (file, Source.Read(file)));

    static IEnumerable<(string File, string Value)> Found(string pattern) =>
        from file in Code
        from Match match in Regex.Matches(file.Text, pattern)
        select (file.File, match.Groups[1].Value);

    [Fact]
    public void Every_meter_and_instrument_is_listed()
    {
        var meters = Found(@"(?:new (?:Meter|ActivitySource)|\b(?:Meter|ActivitySource) \w+ = new)\(\s*""([^""]+)""")
            .ToList();
        var instruments = Found(
                @"\.Create(?:Observable)?(?:Counter|UpDownCounter|Histogram|Gauge)(?:<\w+>)?\(\s*""([^""]+)"""
            )
            .ToList();
        Assert.NotEmpty(meters);
        Assert.NotEmpty(instruments);
        Assert.DoesNotContain(meters.Concat(instruments), one => !IsListed(one.Value));
    }

    [Fact]
    public void Every_instrument_that_is_listed_is_in_the_code()
    {
        var listed = Regex.Matches(Telemetry, @"`(cloud\.[a-z.]+)`").Select(match => match.Groups[1].Value).ToList();
        Assert.NotEmpty(listed);
        var known = Code.Select(file => file.Text).ToList();
        Assert.DoesNotContain(listed, name => !known.Exists(text => text.Contains($"\"{name}\"")));
    }

    [Fact]
    public void Every_event_has_an_id_of_its_own_within_the_range_of_a_room()
    {
        var ranges = Regex
            .Matches(Telemetry, @"(?m)^\| (\d+)–(\d+) \|")
            .Select(match => (From: Number(match.Groups[1].Value), To: Number(match.Groups[2].Value)))
            .ToList();
        var events = Found(@"\[LoggerMessage\(\s*(\d+)").Select(one => (one.File, Id: Number(one.Value))).ToList();
        Assert.NotEmpty(events);
        Assert.DoesNotContain(events, one => !ranges.Exists(range => one.Id >= range.From && one.Id <= range.To));
        Assert.Empty(events.GroupBy(one => one.Id).Where(same => same.Count() > 1).Select(same => same.Key));
    }

    static bool IsListed(string name) => Telemetry.Contains($"`{name}`", StringComparison.Ordinal);

    static int Number(string digits) => int.Parse(digits, CultureInfo.InvariantCulture);
}
