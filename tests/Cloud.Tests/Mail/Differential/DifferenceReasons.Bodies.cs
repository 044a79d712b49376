using System.Text;
using System.Text.RegularExpressions;
using Cloud.Mail.Charsets;

namespace Cloud.Tests.Mail.Differential;

/// <summary>Reasons for bodies, and for the text they become.</summary>
static partial class DifferenceReasons
{
    static IEnumerable<Reason> OfBodies =>
        [
            new(
                "text",
                "A charset nobody knows is guessed, where Python refuses",
                d => d.Theirs == "fault: LookupError" && HasCharset("x-unheard-of", d.Raw) ? Guess(d.Body) : d.Theirs
            ),
            new(
                "text",
                "Undeclared octets are UTF-8 or else windows-1252, not U+FFFD",
                d => IsUndeclared(d.Raw) && d.Theirs == Replaced(TheirBody(d)) ? Guess(TheirBody(d)) : d.Theirs
            ),
            new(
                "text",
                "ISO-8859-1 means windows-1252, as in browsers",
                d =>
                    HasCharset("iso-8859-1", d.Raw) && d.Theirs == TheirBody(d)
                        ? string.Concat(d.Theirs.Select(c => c > 127 ? Windows(c) : c))
                        : d.Theirs
            ),
            new(
                "body",
                "A multipart without parts is one leaf, delimiters and epilogue included: users see what is there",
                d => MultipartField().IsMatch(d.Raw) && IsPreamble(d.Theirs, d.Ours) ? d.Ours : d.Theirs
            ),
            new(
                "body text",
                "White space behind the equals sign of a soft line break goes: RFC 2045 §6.7 rule 3",
                d => d.Raw.Contains("\nd= ") ? Regex.Replace(d.Theirs ?? "", "d= \r?\ne=", "de=") : d.Theirs
            ),
            new(
                "body text",
                "White space at the ends of encoded lines goes: RFC 2045 §6.7 rule 3",
                d =>
                    EncodedSpaces().IsMatch(d.Raw)
                        ? Regex.Replace(d.Theirs ?? "", "^a (\r?\n)b\t (\r?\n)", "a$1b$2")
                        : d.Theirs
            ),
            new(
                "body text",
                "The line end before the end of the message belongs to no delimiter: RFC 2046 §5.1.1",
                d => EndsMessage(d) && d.Ours == d.Theirs + LineEnd(d.Ours) ? d.Ours : d.Theirs
            ),
        ];

    static bool HasCharset(string name, string raw) =>
        Regex.IsMatch(TypeField().Match(raw).Value, $"charset=\"?{name}\"?", RegexOptions.IgnoreCase);

    static bool IsUndeclared(string raw) =>
        HasCharset("us-ascii", raw)
        || !TypeField().Match(raw).Value.Contains("charset", StringComparison.OrdinalIgnoreCase);

    /// <summary>Without the line end that they take for a delimiter's.</summary>
    static string TheirBody(Difference d) =>
        EndsMessage(d) && d.Theirs?.Length == d.Body.Length - LineEnd(d.Body).Length
            ? d.Body[..^LineEnd(d.Body).Length]
            : d.Body;

    static string Guess(string body) =>
        IsUtf8(body)
            ? Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(body))
            : string.Concat(body.Select(c => c > 127 ? Windows(c) : c));

    /// <summary>They have what stands before the closing delimiter, with the line end of the next one.</summary>
    static bool IsPreamble(string? theirs, string? ours) =>
        theirs is not null
        && ours is not null
        && (
            ours.StartsWith(theirs + "--", StringComparison.Ordinal) || theirs == ours + "\n" || theirs == ours + "\r\n"
        );

    static bool EndsMessage(Difference d) =>
        Encoding.Latin1.GetString(d.Message).EndsWith(d.Raw, StringComparison.Ordinal);

    static string LineEnd(string? text) =>
        text is null || !text.EndsWith('\n') ? "-"
        : text.EndsWith("\r\n", StringComparison.Ordinal) ? "\r\n"
        : "\n";

    [GeneratedRegex("^Content-Type: multipart/", RegexOptions.IgnoreCase | RegexOptions.Multiline)]
    private static partial Regex MultipartField();

    [GeneratedRegex("\na \r?\nb\t \r?\nc=20")]
    private static partial Regex EncodedSpaces();
}
