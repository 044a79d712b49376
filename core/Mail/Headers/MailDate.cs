using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Cloud.Mail.Headers;

/// <summary>Dates of header fields: RFC 5322 §3.3, its obsolete forms, and asctime, ISO 8601 and other wild ones.</summary>
public static class MailDate
{
    /// <summary>Octets looked at, comments aside; a date has some 40.</summary>
    const int MaxLength = 128;

    static readonly SearchValues<byte> TimeOctets = SearchValues.Create("0123456789:."u8);

    static readonly string[] Months =
    [
        "jan",
        "feb",
        "mar",
        "apr",
        "may",
        "jun",
        "jul",
        "aug",
        "sep",
        "oct",
        "nov",
        "dec",
    ];

    /// <returns>Null if day, month or year cannot be told, or are out of range. A missing time is midnight, a missing
    /// or unknown zone is UTC (RFC 5322 §4.3).</returns>
    public static DateTimeOffset? Parse(ReadOnlySpan<byte> value)
    {
        Span<byte> buffer = stackalloc byte[MaxLength];
        ReadOnlySpan<byte> rest = buffer[..Plain(value, buffer)];
        var found = new Found();
        while (!(rest = rest.TrimStart((byte)' ')).IsEmpty)
        {
            var end = rest.IndexOf((byte)' ');
            found.Take(end < 0 ? rest : rest[..end]);
            rest = end < 0 ? [] : rest[end..];
        }

        return found.ToDate();
    }

    /// <summary>Copies without comments, with spaces for commas, and with none beside a colon (obs-hour).</summary>
    static int Plain(ReadOnlySpan<byte> value, Span<byte> plain)
    {
        var length = 0;
        var depth = 0;
        foreach (var octet in value)
        {
            if (octet == '(')
                depth++;
            var isSpace = depth > 0 || octet is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n' or (byte)',';
            if (octet == ')' && depth > 0)
                depth--;
            if (octet == ':' && depth == 0)
                while (length > 0 && plain[length - 1] == ' ')
                    length--;

            if (isSpace && length > 0 && plain[length - 1] is (byte)' ' or (byte)':')
                continue;
            if (length == plain.Length)
                break;
            plain[length++] = isSpace ? (byte)' ' : octet;
        }

        return length;
    }

    struct Found
    {
        int day;
        int month;
        int year = -1;
        bool hasTime;
        int hour;
        int minute;
        int seconds;
        int zone; // minutes east
        (int Number, int Digits) afterDay; // taken for the year, and perhaps the month

        public Found() { }

        public void Take(ReadOnlySpan<byte> token)
        {
            if (IsCompact(token))
                TakeCompact(token);
            else if (token.Contains((byte)':') && token[0] is not ((byte)'+' or (byte)'-'))
                TakeTime(token);
            else if (token[0] is (byte)'+' or (byte)'-')
                TakeOffset(token);
            else if (!char.IsAsciiDigit((char)token[0]))
                TakeWord(token);
            else if (day > 0 && token.Contains((byte)'.'))
                TakeTime(token); // 10.30.00
            else if (token.IndexOfAny("-/."u8) > 0)
                TakeDashed(token);
            else if (Number(token, out var number))
                TakeNumber(number, token.Length);
        }

        public readonly DateTimeOffset? ToDate()
        {
            // In year 1 or 9999 a zone could lead out of what the type can hold.
            if (year is < 2 or > 9998 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month))
                return null;
            if (hour > 23 || minute > 59 || seconds > 60)
                return null;
            var time = new DateTime(year, month, day, hour, minute, Math.Min(seconds, 59), DateTimeKind.Unspecified);
            return new DateTimeOffset(time, TimeSpan.FromMinutes(Math.Abs(zone) <= 14 * 60 ? zone : 0));
        }

        void TakeTime(ReadOnlySpan<byte> token)
        {
            if (hasTime)
                return;
            if (token.IndexOf((byte)'T') is var t and > 0 && token[..t].Contains((byte)'-')) // ISO 8601
            {
                TakeDashed(token[..t]);
                token = token[(t + 1)..];
            }

            var zoneAt = token.IndexOfAnyExcept(TimeOctets);
            var glued = zoneAt > 0 ? token[zoneAt..] : [];
            if (zoneAt > 0)
                token = token[..zoneAt];
            hasTime = Field(ref token, out hour) && Field(ref token, out minute);
            if (!hasTime)
                (hour, minute) = (0, 0);
            if (!hasTime || !Field(ref token, out seconds))
                seconds = 0;
            TakeZone(glued);
        }

        /// <summary>ISO 8601's basic form: 20240305T100000Z, 20240305T10:00:00+01:00, 20240305100000Z, 20240305.</summary>
        void TakeCompact(ReadOnlySpan<byte> token)
        {
            if (
                day > 0
                || !Number(token[..4], out year)
                || !Number(token[4..6], out month)
                || !Number(token[6..8], out day)
            )
                return;
            token = token[8..].TrimStart("Tt"u8);
            var digits = token.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
            if (digits >= 0 && token[digits] == ':')
            {
                TakeTime(token);
                return;
            }

            digits = digits < 0 ? token.Length : digits;
            hasTime = digits >= 4 && Number(token[..2], out hour) && Number(token[2..4], out minute);
            if (digits < 6 || !Number(token[4..6], out seconds))
                seconds = 0;
            TakeZone(token[digits..].TrimStart(".0123456789"u8));
        }

        /// <summary>Eight digits and no month yet: 20240305, with or without a time glued to it.</summary>
        readonly bool IsCompact(ReadOnlySpan<byte> token) =>
            month == 0
            && token.Length >= 8
            && token.IndexOfAnyExceptInRange((byte)'0', (byte)'9') is var end
            && (
                end < 0
                    ? token.Length is 8 or 12 or 14
                    : end is 8 or 12 or 14 && token[end] is not ((byte)':' or (byte)'-')
            );

        void TakeZone(ReadOnlySpan<byte> token)
        {
            if (!token.IsEmpty && token[0] is (byte)'+' or (byte)'-')
                TakeOffset(token);
            else if (!token.IsEmpty)
                TakeWord(token); // 10:30:00Z, 3:04PM
        }

        /// <summary>+hhmm or +hh:mm.</summary>
        void TakeOffset(ReadOnlySpan<byte> token)
        {
            Span<byte> digits = stackalloc byte[4];
            var length = 0;
            foreach (var octet in token[1..])
            {
                if (octet == ':')
                    continue;
                if (length == 4 || !char.IsAsciiDigit((char)octet))
                    break;
                digits[length++] = octet;
            }

            if (!Number(digits[..length], out var number))
                return;
            var minutes = length <= 2 ? number * 60 : number / 100 * 60 + number % 100;
            zone = token[0] == '-' ? -minutes : minutes;
        }

        void TakeWord(ReadOnlySpan<byte> token)
        {
            if (month == 0 && token.Length >= 3 && MonthOf(token) is > 0 and var named)
            {
                month = named;
                return;
            }

            if (!hasTime)
                return; // a day of the week
            if (Ascii.EqualsIgnoreCase(token, "PM"u8) && hour < 12)
                hour += 12;
            else if (Ascii.EqualsIgnoreCase(token, "AM"u8) && hour == 12)
                hour = 0;
            else if (token.IndexOfAny("+-"u8) is var sign and > 0)
                TakeOffset(token[sign..]); // GMT+0100
            else if (NamedZone(token) is { } minutes)
                zone = minutes;
        }

        /// <summary>1994-11-06, 06-Nov-1994, 6/11/1994, 11/26/1994, 06.11.1994.</summary>
        void TakeDashed(ReadOnlySpan<byte> token)
        {
            var first = token.IndexOfAny("-/."u8);
            if (first <= 0)
                return;
            var left = token[..first];
            var rest = token[(first + 1)..];
            var dash = rest.IndexOfAny("-/."u8);
            if (dash <= 0 || day > 0)
                return;
            if (MonthOf(rest[..dash]) is > 0 and var named)
                month = named;
            else if (Number(rest[..dash], out var number))
                month = number;
            if (!Number(left, out var a) || !Number(rest[(dash + 1)..], out var c))
                return;
            (year, day) = left.Length == 4 ? (a, c) : (Century(c, rest.Length - dash - 1), a);
            if (month > 12 && day <= 12)
                (month, day) = (day, month); // month first, as in the USA
        }

        void TakeNumber(int number, int digits)
        {
            if (day == 0 && digits <= 2)
                day = number;
            else if (year < 0)
                (year, afterDay) = (Century(number, digits), (number, digits));
            else if (month == 0 && afterDay is { Digits: <= 2, Number: >= 1 and <= 12 })
                (month, year) = (afterDay.Number, Century(number, digits)); // 20 11 1979
        }

        // RFC 5322 §4.3: two digits are 1950 to 2049, three count from 1900.
        static int Century(int number, int digits) =>
            digits switch
            {
                <= 2 => number < 50 ? 2000 + number : 1900 + number,
                3 => 1900 + number,
                _ => number,
            };

        static bool Field(ref ReadOnlySpan<byte> token, out int number)
        {
            var end = token.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
            var digits = end < 0 ? token : token[..end];
            token = end < 0 ? [] : token[(end + 1)..];
            return Number(digits, out number);
        }

        static bool Number(ReadOnlySpan<byte> digits, out int number) =>
            Utf8Parser.TryParse(digits, out number, out var read) && read == digits.Length && read is > 0 and <= 4;

        static int MonthOf(ReadOnlySpan<byte> word)
        {
            if (word.Length < 3)
                return 0;
            for (var i = 0; i < Months.Length; i++)
            {
                if (Ascii.EqualsIgnoreCase(word[..3], Months[i]))
                    return i + 1;
            }

            return 0;
        }

        /// <summary>Of EST5EDT, a zone's file name, the first.</summary>
        static int? NamedZone(ReadOnlySpan<byte> word) =>
            Encoding
                .Latin1.GetString(word.Length > 3 && char.IsAsciiDigit((char)word[3]) ? word[..3] : word)
                .ToUpperInvariant() switch
            {
                "EDT" => -4 * 60,
                "EST" or "CDT" => -5 * 60,
                "CST" or "MDT" => -6 * 60,
                "MST" or "PDT" => -7 * 60,
                "PST" => -8 * 60,
                "CET" or "MET" => 60,
                "CEST" or "MEST" or "EET" => 2 * 60,
                "JST" => 9 * 60,
                _ => null, // military letters were used the wrong way round: RFC 5322 §4.3 takes them as UTC
            };
    }
}
