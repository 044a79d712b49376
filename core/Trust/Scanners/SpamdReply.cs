using System.Globalization;
using System.Text;

namespace Cloud.Trust.Scanners;

/// <summary>spamd's answer: a status line, fields, a blank line, and names of rules with commas between.</summary>
static class SpamdReply
{
    /// <summary>Names of rules that are kept.</summary>
    const int MaxSymbols = 200;

    public static bool IsWhole(ReadOnlySpan<byte> answer) =>
        answer.IndexOf("\r\n\r\n"u8) is >= 0 and var end
        && LengthIn(answer[..end]) is { } length
        && answer.Length - end - 4 >= length;

    public static ScanVerdict Parse(ReadOnlySpan<byte> answer, Scan scan)
    {
        var firstLine = answer.IndexOf("\r\n"u8);
        if (firstLine < 0)
            return scan.Failed(answer.IsEmpty ? "no answer" : "an answer without its end");
        // SPAMD/1.1 0 EX_OK
        var status = Encoding.ASCII.GetString(answer[..firstLine]);
        var words = status.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < 2 || !words[0].StartsWith("SPAMD/", StringComparison.Ordinal))
            return scan.Failed("not spamd's protocol");
        if (words[1] != "0")
            return scan.Failed($"spamd says: {status}");
        if (!IsWhole(answer))
            return scan.Failed("an answer without its end");
        var end = answer.IndexOf("\r\n\r\n"u8);
        var body = answer[(end + 4)..][..LengthIn(answer[..end])!.Value];
        return Verdict(Field(answer[..end], "Spam"), Encoding.ASCII.GetString(body), scan);
    }

    /// <param name="spam"><c>True ; 15.0 / 5.0</c>.</param>
    /// <param name="symbols">Names with commas between.</param>
    /// <param name="scan">Whose answer it is.</param>
    static ScanVerdict Verdict(string? spam, string symbols, Scan scan)
    {
        var halves = spam?.Split(';') ?? [];
        var points = halves.Length == 2 ? halves[1].Split('/') : [];
        if (points.Length != 2 || !Number(points[0], out var score) || !Number(points[1], out var required))
            return scan.Failed("an answer without a score");
        bool? isSpam = halves[0].Trim().ToUpperInvariant() switch
        {
            "TRUE" or "YES" => true,
            "FALSE" or "NO" => false,
            _ => null,
        };
        if (isSpam is not { } known)
            return scan.Failed("an answer without a verdict");
        var reason = string.Create(CultureInfo.InvariantCulture, $"{score} of {required}");
        return scan.Verdict(known ? ScanOutcome.Junk : ScanOutcome.Clean, reason) with
        {
            Score = score,
            Required = required,
            Symbols =
            [
                .. symbols
                    .Split([',', '\r', '\n', ' '], StringSplitOptions.RemoveEmptyEntries)
                    .Take(MaxSymbols)
                    .Select(name => new ScanSymbol(Scan.Line(name), null)),
            ],
        };
    }

    static bool Number(string text, out decimal number) =>
        decimal.TryParse(
            text.Trim(),
            NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign,
            CultureInfo.InvariantCulture,
            out number
        );

    static int? LengthIn(ReadOnlySpan<byte> header) =>
        int.TryParse(Field(header, "Content-length"), NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            ? length
            : null;

    static string? Field(ReadOnlySpan<byte> header, string name)
    {
        foreach (var line in Encoding.ASCII.GetString(header).Split("\r\n").Skip(1))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0 && line.AsSpan(0, colon).Trim().Equals(name, StringComparison.OrdinalIgnoreCase))
                return line[(colon + 1)..].Trim();
        }

        return null;
    }
}
