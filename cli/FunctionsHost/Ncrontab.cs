using System.Globalization;
using System.Numerics;

namespace Cloud.Cli.FunctionsHost;

/// <summary>An NCRONTAB expression: second, minute, hour, day, month, day of the week, in UTC; all six must match.</summary>
/// <remarks>
/// A field is a list of <c>*</c>, <c>a</c>, <c>a-b</c>, each with <c>/step</c> if wanted; months and days of the week may be
/// English names. Five fields start at the minute, with second 0. Unlike cron, day and day of the week both count.
/// </remarks>
sealed class Ncrontab
{
    /// <summary>How far ahead a match is looked for: 29 February may be 8 years away.</summary>
    const int LongestWait = 9 * 366;

    static readonly (string Name, int Least, int Most)[] Fields =
    [
        ("second", 0, 59),
        ("minute", 0, 59),
        ("hour", 0, 23),
        ("day", 1, 31),
        ("month", 1, 12),
        ("day of the week", 0, 6),
    ];

    static readonly string[] Months =
    [
        "JAN",
        "FEB",
        "MAR",
        "APR",
        "MAY",
        "JUN",
        "JUL",
        "AUG",
        "SEP",
        "OCT",
        "NOV",
        "DEC",
    ];
    static readonly string[] Weekdays = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

    /// <summary>A bit for each value that matches.</summary>
    readonly ulong[] fields;

    Ncrontab(ulong[] fields) => this.fields = fields;

    /// <exception cref="FormatException">It is none, or nothing ever matches it.</exception>
    public static Ncrontab Parse(string text)
    {
        var parts = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length == 5)
            parts = ["0", .. parts];
        if (parts.Length != Fields.Length)
            throw new FormatException($"schedule \"{text}\": {parts.Length} fields, and there are six, seconds first.");
        var schedule = new Ncrontab([.. parts.Select((part, index) => Field(part, index))]);
        return schedule.Next(DateTimeOffset.UnixEpoch) is null
            ? throw new FormatException($"schedule \"{text}\" never comes.")
            : schedule;
    }

    /// <returns>The first match after <paramref name="after"/>; null when there is none in 9 years.</returns>
    public DateTimeOffset? Next(DateTimeOffset after)
    {
        var start = after.UtcDateTime.AddTicks(TimeSpan.TicksPerSecond - (after.UtcTicks % TimeSpan.TicksPerSecond));
        var day = start.Date;
        for (var i = 0; i <= LongestWait; i++, day = day.AddDays(1))
        {
            var isToday = Has(3, day.Day) && Has(4, day.Month) && Has(5, (int)day.DayOfWeek);
            if (isToday && TimeIn(day == start.Date ? start.TimeOfDay : TimeSpan.Zero) is { } time)
                return new DateTimeOffset(day + time, TimeSpan.Zero);
        }
        return null;
    }

    /// <summary>The first match of a day from <paramref name="from"/> on.</summary>
    TimeSpan? TimeIn(TimeSpan from)
    {
        for (var hour = First(2, from.Hours); hour < 24; hour = First(2, hour + 1))
        {
            var isFirstHour = hour == from.Hours;
            for (var minute = First(1, isFirstHour ? from.Minutes : 0); minute < 60; minute = First(1, minute + 1))
            {
                var second = First(0, isFirstHour && minute == from.Minutes ? from.Seconds : 0);
                if (second < 60)
                    return new TimeSpan(hour, minute, second);
            }
        }
        return null;
    }

    bool Has(int field, int value) => (fields[field] & (1UL << value)) != 0;

    /// <summary>The first value that matches, from one on; 64 when there is none.</summary>
    int First(int field, int from) => BitOperations.TrailingZeroCount(fields[field] & (ulong.MaxValue << from));

    static ulong Field(string text, int index)
    {
        var bits = 0UL;
        foreach (var item in text.Split(','))
            bits |= Item(item, index);
        return bits;
    }

    static ulong Item(string text, int index)
    {
        var (_, least, most) = Fields[index];
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var step = slash < 0 ? 1 : Number(text[(slash + 1)..], index, 1, most);
        var range = slash < 0 ? text : text[..slash];
        var dash = range.IndexOf('-', StringComparison.Ordinal);
        var (from, to) = (least, most);
        if (dash > 0)
            (from, to) = (Value(range[..dash], index), Value(range[(dash + 1)..], index));
        else if (range != "*")
            (from, to) = (Value(range, index), slash < 0 ? Value(range, index) : most);
        if (from > to)
            throw Wrong(text, index);

        var bits = 0UL;
        for (var value = from; value <= to; value += step)
            bits |= 1UL << value;
        return bits;
    }

    static int Value(string text, int index)
    {
        var names = index == 4 ? Months : Weekdays;
        var named = index < 4 || text.Length != 3 ? -1 : Array.IndexOf(names, text.ToUpperInvariant());
        return named >= 0 ? named + Fields[index].Least : Number(text, index, Fields[index].Least, Fields[index].Most);
    }

    static int Number(string text, int index, int least, int most)
    {
        var isNumber = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        return isNumber && number >= least && number <= most ? number : throw Wrong(text, index);
    }

    static FormatException Wrong(string text, int index) =>
        new($"schedule: \"{text}\" is no {Fields[index].Name} ({Fields[index].Least} to {Fields[index].Most}).");
}
