using System.Text;

namespace Cloud.Listener.Imap.Wire;

/// <summary>date and date-time (RFC 9051 §9).</summary>
static class DateGrammar
{
    static readonly string[] Months =
    [
        "Jan",
        "Feb",
        "Mar",
        "Apr",
        "May",
        "Jun",
        "Jul",
        "Aug",
        "Sep",
        "Oct",
        "Nov",
        "Dec",
    ];

    /// <summary>date: <c>1-Feb-2026</c>, quoted or not.</summary>
    public static DateOnly ExpectDate(this ref ImapReader reader)
    {
        var quoted = reader.Char('"');
        var day = reader.ExpectNumber();
        var date = reader.ExpectRestOfDate(day);
        if (quoted)
            reader.ExpectChar('"');
        return date;
    }

    /// <summary>date-time: <c>" 1-Feb-2026 13:45:00 +0100"</c>.</summary>
    public static DateTimeOffset ExpectDateTime(this ref ImapReader reader)
    {
        reader.ExpectChar('"');
        reader.SP(); // date-day-fixed
        var day = reader.ExpectNumber();
        var date = reader.ExpectRestOfDate(day);
        reader.ExpectSP();
        var hour = reader.ExpectNumber();
        reader.ExpectChar(':');
        var minute = reader.ExpectNumber();
        reader.ExpectChar(':');
        var second = Math.Min(reader.ExpectNumber(), 60);
        reader.ExpectSP();
        var west = reader.Char('-');
        if (!west)
            reader.ExpectChar('+');
        var zone = reader.ExpectNumber();
        reader.ExpectChar('"');

        if (hour > 23 || minute > 59 || zone / 100 > 14 || zone % 100 > 59)
            throw new SyntaxException("There is no such time");
        var offset = TimeSpan.FromMinutes((zone / 100 * 60 + zone % 100) * (west ? -1 : 1));
        var local = date.ToDateTime(new TimeOnly((int)hour, (int)minute));
        return local.Ticks < TimeSpan.TicksPerDay || local.Year == 9999
            ? throw new SyntaxException("There is no such time")
            : new DateTimeOffset(local.AddSeconds(Math.Min(second, 59)), offset); // 60 is a leap second
    }

    /// <summary>The day of a time as INTERNALDATE shows it here: in UTC.</summary>
    public static DateOnly Day(long unixSeconds) =>
        DateOnly.FromDateTime(DateTimeOffset.FromUnixTimeSeconds(unixSeconds).UtcDateTime);

    /// <summary>date-time in UTC, quoted.</summary>
    public static void InternalDate(this ImapWriter writer, long unixSeconds)
    {
        var time = DateTimeOffset.FromUnixTimeSeconds(unixSeconds).UtcDateTime;
        Span<byte> text = stackalloc byte[28];
        "\"00-Jan-0000 00:00:00 +0000\""u8.CopyTo(text);
        Digits(text[1..3], time.Day);
        Encoding.ASCII.GetBytes(Months[time.Month - 1], text[4..]);
        Digits(text[8..12], time.Year);
        Digits(text[13..15], time.Hour);
        Digits(text[16..18], time.Minute);
        Digits(text[19..21], time.Second);
        writer.Put(text);
    }

    static void Digits(Span<byte> text, int number)
    {
        for (var i = text.Length - 1; i >= 0; i--, number /= 10)
            text[i] = (byte)('0' + number % 10);
    }

    static DateOnly ExpectRestOfDate(this ref ImapReader reader, uint day)
    {
        reader.ExpectChar('-');
        if (!reader.Label(out var rest) || rest.Length != 8 || rest[3] != '-')
            throw reader.Expected("a date such as 1-Feb-2026");
        var name = Encoding.ASCII.GetString(rest[..3]);
        var month = Array.FindIndex(Months, known => known.Equals(name, StringComparison.OrdinalIgnoreCase)) + 1;
        if (month == 0 || !int.TryParse(rest[4..], out var year) || year < 1)
            throw new SyntaxException("There is no such date");
        return day >= 1 && day <= DateTime.DaysInMonth(year, month)
            ? new DateOnly(year, month, (int)day)
            : throw new SyntaxException("There is no such date");
    }
}
