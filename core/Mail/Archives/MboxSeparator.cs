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

    /// <summary>Reads one as anybody writes it: sender with spaces or missing, zone, ISO date, <c>remote from</c>.</summary>
    /// <param name="line">Without its line end.</param>
    /// <returns>Null for a line of text that merely begins so: it has no date.</returns>
    public static MboxEnvelope? Parse(ReadOnlySpan<byte> line)
    {
        if (!line.StartsWith("From "u8))
            return null;
        var text = Encoding.UTF8.GetString(line[5..]).Trim();
        foreach (var at in DateStarts(text))
        {
            if (Date(text[at..]) is { } date)
                return new(text[..at].Trim(), date);
        }

        // No date at all, but nothing that could be a sentence either.
        var isAddress =
            !text.Contains(' ', StringComparison.Ordinal) && text.IndexOf('@', StringComparison.Ordinal) > 0;
        return isAddress ? new(text, null) : null;
    }

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

    /// <summary>Where a date may begin: at the last day of a week, else after the first word.</summary>
    static IEnumerable<int> DateStarts(string text)
    {
        var named = Days.Max(day => text.LastIndexOf(day, StringComparison.OrdinalIgnoreCase));
        if (named >= 0 && (named == 0 || text[named - 1] == ' '))
            yield return named;
        var space = text.IndexOf(' ', StringComparison.Ordinal);
        if (space > 0)
            yield return space + 1;
    }

    /// <summary>A date with a time of day: sentences rarely have both.</summary>
    static DateTimeOffset? Date(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var isTime =
            colon > 0
            && colon + 2 < text.Length
            && char.IsAsciiDigit(text[colon - 1])
            && char.IsAsciiDigit(text[colon + 1])
            && char.IsAsciiDigit(text[colon + 2]);
        if (!isTime)
            return null;
        var remote = text.IndexOf(" remote from ", StringComparison.Ordinal);
        return MailDate.Parse(Encoding.UTF8.GetBytes(remote < 0 ? text : text[..remote]));
    }
}
