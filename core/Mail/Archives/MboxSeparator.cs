using System.Globalization;
using System.Text;
using Cloud.Mail.Headers;

namespace Cloud.Mail.Archives;

/// <summary>The line before each message: <c>From ann@here.example Sun Mar  1 12:00:00 2026</c>. RFC 4155 appendix A.</summary>
static class MboxSeparator
{
    /// <summary>Octets of one, line end included: an address of 254 and a date, many times over.</summary>
    public const int MaxLine = 1024;

    static readonly string[] Days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

    static ReadOnlySpan<byte> Space => " \t\r\n\v\f"u8;

    /// <summary>Reads one as anybody writes it: sender with spaces or missing, zone, ISO date, <c>remote from</c>.</summary>
    /// <param name="line">Without its line end.</param>
    /// <remarks>A file may hold nothing but such lines: no octet is allocated but for the sender.</remarks>
    /// <returns>Null for a line of text that merely begins so: it has no date.</returns>
    public static MboxEnvelope? Parse(ReadOnlySpan<byte> line)
    {
        if (!line.StartsWith("From "u8))
            return null;
        var text = line[5..].Trim(Space);
        var named = LastDay(text);
        if (named == 0 || named > 0 && text[named - 1] == ' ')
        {
            if (Date(text[named..]) is { } date)
                return new(Sender(text[..named]), date);
        }

        var space = text.IndexOf((byte)' ');
        if (space > 0 && Date(text[(space + 1)..]) is { } unnamed)
            return new(Sender(text[..space]), unnamed);

        // No date at all, but nothing that could be a sentence either.
        var isAddress = space < 0 && text.IndexOf((byte)'@') > 0;
        return isAddress ? new(Sender(text), null) : null;
    }

    static string Sender(ReadOnlySpan<byte> text) => Encoding.UTF8.GetString(text).Trim();

    public static byte[] Format(MboxEnvelope envelope, DateTimeOffset fallback)
    {
        var sender = new string([.. envelope.Sender.Where(c => c is > ' ' and <= '~')]);
        if (sender.Length is 0 or > EmailAddress.MaxLength)
            sender = "MAILER-DAEMON";
        var date = (envelope.Received ?? fallback).UtcDateTime;
        var day = date.Day.ToString(CultureInfo.InvariantCulture).PadLeft(2);
        var text = date.ToString($"ddd MMM '{day}' HH:mm:ss yyyy", CultureInfo.InvariantCulture); // asctime
        return Encoding.ASCII.GetBytes($"From {sender} {text}");
    }

    /// <returns>Where the last day of a week is, from which a date may begin; -1 if there is none.</returns>
    static int LastDay(ReadOnlySpan<byte> text)
    {
        for (var at = text.Length - 3; at >= 0; at--)
        {
            foreach (var day in Days)
            {
                if ((text[at] | 0x20) == (day[0] | 0x20) && Ascii.EqualsIgnoreCase(text.Slice(at, 3), day))
                    return at;
            }
        }

        return -1;
    }

    /// <summary>A date with a time of day: sentences rarely have both.</summary>
    static DateTimeOffset? Date(ReadOnlySpan<byte> text)
    {
        var colon = text.IndexOf((byte)':');
        var isTime =
            colon > 0
            && colon + 2 < text.Length
            && char.IsAsciiDigit((char)text[colon - 1])
            && char.IsAsciiDigit((char)text[colon + 1])
            && char.IsAsciiDigit((char)text[colon + 2]);
        if (!isTime)
            return null;
        var remote = text.IndexOf(" remote from "u8);
        return MailDate.Parse(remote < 0 ? text : text[..remote]);
    }
}
