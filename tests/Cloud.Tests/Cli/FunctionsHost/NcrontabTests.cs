using System.Globalization;
using Cloud.Cli.FunctionsHost;

namespace Cloud.Tests.Cli.FunctionsHost;

/// <summary>When a timer is due.</summary>
public sealed class NcrontabTests
{
    [Theory]
    [InlineData("0 17 * * * *", "2026-11-22T08:16:59", "2026-11-22T08:17:00")]
    [InlineData("0 17 * * * *", "2026-11-22T08:17:00", "2026-11-22T09:17:00")]
    [InlineData("0 17 * * * *", "2026-12-31T23:59:59", "2027-01-01T00:17:00")]
    [InlineData("* * * * * *", "2026-11-22T08:00:00.5", "2026-11-22T08:00:01")]
    [InlineData("*/5 * * * * *", "2026-11-22T08:00:56", "2026-11-22T08:01:00")]
    [InlineData("7/20 * * * * *", "2026-11-22T08:00:08", "2026-11-22T08:00:27")]
    [InlineData("0 0 3 * * MON-FRI", "2026-11-20T04:00:00", "2026-11-23T03:00:00")]
    [InlineData("0 30 9-17/4 * * *", "2026-11-22T09:31:00", "2026-11-22T13:30:00")]
    [InlineData("0 0 0 29 2 *", "2026-11-22T00:00:00", "2028-02-29T00:00:00")]
    [InlineData("0 0 0 29 feb *", "2096-03-01T00:00:00", "2104-02-29T00:00:00")]
    [InlineData("0 0 12 13 * 5", "2026-11-22T00:00:00", "2027-08-13T12:00:00")] // both, unlike cron
    [InlineData("1,31 * * * * *", "2026-11-22T08:00:02", "2026-11-22T08:00:31")]
    [InlineData("15 4 * * *", "2026-11-22T08:00:00", "2026-11-23T04:15:00")]
    [InlineData("0 59 23 31 12 *", "2026-12-31T23:59:00", "2027-12-31T23:59:00")]
    public void The_next_time_is_the_first_that_matches(string schedule, string after, string next) =>
        Assert.Equal(Time(next), Ncrontab.Parse(schedule).Next(Time(after)));

    [Theory]
    [InlineData("")]
    [InlineData("* * * *")]
    [InlineData("* * * * * * *")]
    [InlineData("60 * * * * *")]
    [InlineData("* * 24 * * *")]
    [InlineData("* * * 0 * *")]
    [InlineData("* * * * 13 *")]
    [InlineData("* * * * * 7")]
    [InlineData("*/0 * * * * *")]
    [InlineData("5-1 * * * * *")]
    [InlineData("a * * * * *")]
    [InlineData("-1 * * * * *")]
    [InlineData("1, * * * * *")]
    [InlineData("* * * * MON *")]
    [InlineData("0 0 0 31 2 *")]
    public void What_is_no_schedule_is_refused(string schedule) =>
        Assert.Throws<FormatException>(() => Ncrontab.Parse(schedule));

    static DateTimeOffset Time(string text) =>
        DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
