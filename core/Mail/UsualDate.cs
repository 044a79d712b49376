namespace Cloud.Mail;

/// <summary>
/// Dates in the one form that nearly all senders write (RFC 5322 §3.3): <c>Sun, 22 Nov 2026 07:59:58 +0100</c>. A packed
/// index keeps their moment and zone, which takes 6 octets for the text's 31.
/// </summary>
static class UsualDate
{
    const int MaxLength = 31;

    /// <summary>Of zones, as <see cref="DateTimeOffset"/> allows them.</summary>
    const int MaxMinutes = 14 * 60;

    static ReadOnlySpan<byte> Days => "SunMonTueWedThuFriSat"u8;

    static ReadOnlySpan<byte> Months => "JanFebMarAprMayJunJulAugSepOctNovDec"u8;

    /// <param name="date">What was read of <paramref name="text"/>.</param>
    /// <param name="text">As the sender wrote it.</param>
    /// <param name="isPadded">A day of one digit has a zero before it.</param>
    /// <returns>Whether the text is no more than the date in this form, so that it can be written anew.</returns>
    public static bool Is(DateTimeOffset date, Octets text, out bool isPadded)
    {
        Span<byte> usual = stackalloc byte[MaxLength];
        isPadded = text.Length == MaxLength;
        return date >= DateTimeOffset.UnixEpoch && text.Span.SequenceEqual(usual[..Write(date, isPadded, usual)]);
    }

    /// <param name="seconds">Since 1970.</param>
    /// <param name="minutes">East of UTC.</param>
    /// <returns>Null if there is no such date.</returns>
    public static DateTimeOffset? Of(long seconds, long minutes)
    {
        var last = DateTimeOffset.MaxValue.ToUnixTimeSeconds();
        if (seconds < 0 || seconds > last || Math.Abs(minutes) > MaxMinutes)
            return null;
        var local = seconds + minutes * 60; // years end where the calendar does, in every zone
        return local >= 0 && local <= last
            ? DateTimeOffset.FromUnixTimeSeconds(seconds).ToOffset(TimeSpan.FromMinutes(minutes))
            : null;
    }

    public static Octets Text(DateTimeOffset date, bool isPadded)
    {
        Span<byte> text = stackalloc byte[MaxLength];
        return Octets.Copy(text[..Write(date, isPadded, text)]);
    }

    /// <returns>Octets written.</returns>
    static int Write(DateTimeOffset date, bool isPadded, Span<byte> text)
    {
        Days.Slice(3 * (int)date.DayOfWeek, 3).CopyTo(text);
        ", "u8.CopyTo(text[3..]);
        var at = 5;
        if (isPadded || date.Day > 9)
            text[at++] = Digit(date.Day / 10);
        text[at++] = Digit(date.Day);
        text[at++] = (byte)' ';
        Months.Slice(3 * (date.Month - 1), 3).CopyTo(text[at..]);
        text[at + 3] = (byte)' ';
        Pair(text[(at + 4)..], date.Year / 100);
        Pair(text[(at + 6)..], date.Year);
        text[at + 8] = (byte)' ';
        Pair(text[(at + 9)..], date.Hour);
        text[at + 11] = text[at + 14] = (byte)':';
        Pair(text[(at + 12)..], date.Minute);
        Pair(text[(at + 15)..], date.Second);
        text[at + 17] = (byte)' ';
        var zone = (int)date.Offset.TotalMinutes;
        text[at + 18] = zone < 0 ? (byte)'-' : (byte)'+';
        Pair(text[(at + 19)..], Math.Abs(zone) / 60);
        Pair(text[(at + 21)..], Math.Abs(zone) % 60);
        return at + 23;
    }

    static void Pair(Span<byte> text, int number)
    {
        text[0] = Digit(number / 10);
        text[1] = Digit(number);
    }

    static byte Digit(int number) => (byte)('0' + number % 10);
}
