using System.Text;
using System.Text.RegularExpressions;
using Cloud.Mail.Charsets;

namespace Cloud.Tests.Mail.Differential;

/// <summary>Where we mean to read a message otherwise than Python's email package, and why.</summary>
/// <remarks>
/// A reason tells, from their value and the octets that both read, what they would have said had they read as we do. A
/// value may have several; a difference is explained only if what is left then is our value to the letter.
/// </remarks>
static partial class DifferenceReasons
{
    /// <param name="Policy">compat32 or default.</param>
    /// <param name="Item">As describe.py names it; of addresses, one of them where both have as many.</param>
    /// <param name="Raw">The octets of the field, or of the part with its header, as Latin-1.</param>
    /// <param name="Body">Of a text the octets it is made of, decoded, as Latin-1.</param>
    /// <param name="Message">The whole message.</param>
    public sealed record Difference(
        string Policy,
        string Item,
        string? Theirs,
        string? Ours,
        string Raw,
        string Body,
        byte[] Message
    )
    {
        public string Kind => Item.Split(' ')[0];

        public bool IsDefault => Policy == "default";
    }

    /// <param name="Items">The first words of the items it holds for.</param>
    /// <param name="Why">RFC section, or what users expect.</param>
    /// <param name="Mend">Their value as it would be; the same where the reason does not apply.</param>
    public sealed record Reason(string Items, string Why, Func<Difference, string?> Mend)
    {
        public override string ToString() => $"{Items}: {Why}";
    }

    public static readonly IReadOnlyList<Reason> All = [.. OfStructure, .. OfFields, .. OfAddresses, .. OfBodies];

    /// <returns>The reasons for the whole of the difference; null if something of it has none.</returns>
    /// <remarks>Addresses are looked at for themselves where there are as many of them: a reason holds for one alone.</remarks>
    public static IReadOnlySet<Reason>? Explain(Difference difference)
    {
        if (OneByOne(difference) is { } each)
            return ExplainAll(each);
        var met = new HashSet<Reason>();
        foreach (var reason in All.Where(reason => reason.Items.Split(' ').Contains(difference.Kind)))
        {
            var mended = reason.Mend(difference);
            if (mended == difference.Theirs)
                continue;
            met.Add(reason);
            difference = difference with { Theirs = mended };
            if (difference.Theirs == difference.Ours)
                return met;
            if (OneByOne(difference) is { } now)
                return ExplainAll(now) is { } rest ? met.Union(rest).ToHashSet() : null;
        }

        return null;
    }

    static HashSet<Reason>? ExplainAll(IEnumerable<Difference> differences)
    {
        var reasons = differences.Select(Explain).ToList();
        return reasons.Contains(null) ? null : reasons.SelectMany(some => some!).ToHashSet();
    }

    /// <returns>Null where it is no list of addresses, of one, or not of as many.</returns>
    static IEnumerable<Difference>? OneByOne(Difference all)
    {
        var (theirs, ours) = (all.Theirs?.Split('\n') ?? [], all.Ours?.Split('\n') ?? []);
        return all.Kind is "from" or "to" && theirs.Length == ours.Length && ours.Length > 1
            ? theirs.Zip(ours, (they, we) => all with { Theirs = they, Ours = we }).Where(one => one.Theirs != one.Ours)
            : null;
    }

    static IEnumerable<Reason> OfStructure =>
        [
            new(
                "tree",
                "An encoded message/rfc822 is not looked into: RFC 2046 §5.2.1 forbids the encoding, and IMAP's sections "
                    + "name octets of the message as it stands",
                d => TheirTree.LookingIntoEncoded(d.Message) == d.Theirs ? d.Ours : d.Theirs
            ),
            new(
                "tree",
                "Of nested multiparts with one boundary a delimiter is the inner one's, so that the outer loses no part to "
                    + "the inner preamble; RFC 2046 §5.1.2 has no rule for it",
                d => TheirTree.WithOuterDelimiters(d.Message) == d.Theirs ? d.Ours : d.Theirs
            ),
        ];

    static IEnumerable<Reason> OfFields =>
        [
            new(
                "date",
                "A zone that is missing is UTC: RFC 5322 §4.3",
                d =>
                    d.Raw.Trim() == "Tue Mar  5 10:00:00 2024" && d.Theirs == "2024-03-05 10:00:00 "
                        ? d.Theirs + "+0000"
                        : d.Theirs
            ),
            new(
                "date",
                "ISO 8601 dates are in use",
                d => d.Theirs is null && d.Raw.Trim() == "2024-03-05T10:00:00Z" ? "2024-03-05 10:00:00 +0000" : d.Theirs
            ),
            new(
                "date",
                "Dates without a time are in use, and mean that day",
                d => d.Theirs is null && d.Raw.Trim() == "5 Mar 2024" ? "2024-03-05 00:00:00 +0000" : d.Theirs
            ),
            new(
                "subject",
                "Raw octets are UTF-8 (RFC 6532) or else windows-1252: the old policy shows such a field as it stands, encoded "
                    + "words and all. The new one has our value, or U+FFFD for octets of windows-1252",
                d => !d.IsDefault && !Ascii.IsValid(d.Raw) && d.Theirs == Replaced(d.Raw).Trim() ? d.Ours : d.Theirs
            ),
            new(
                "subject",
                "Raw octets that are not UTF-8 are read as windows-1252",
                d => d.IsDefault && !IsUtf8(d.Raw) ? Restored(d.Theirs!, d.Raw) : d.Theirs
            ),
            new(
                "subject",
                "Folds go, and nothing with them: RFC 5322 §2.2.3",
                d => d.IsDefault ? d.Theirs : Unfolded(d.Theirs)
            ),
            new(
                "subject",
                "White space beside encoded words stays as it stands, and none is made up: RFC 2047 §6.2. The new policy says so too",
                d => !d.IsDefault && d.Raw.Contains("=?") && Letters(d.Theirs) == Letters(d.Ours) ? d.Ours : d.Theirs
            ),
            new(
                "name",
                "An empty file name is no name: that of Content-Type is taken, or none",
                d => !d.IsDefault && d.Theirs == "" && EmptyName().IsMatch(d.Raw) ? NameOfContentType(d.Raw) : d.Theirs
            ),
            new(
                "name",
                "Encoded words in a parameter are decoded, which RFC 2047 §5 forbids and users expect",
                d => !d.IsDefault && d.Theirs == "=?utf-8?q?gr=C3=BC=C3=9F?=" ? "grüß" : d.Theirs
            ),
            new(
                "name",
                "Raw octets in a parameter are UTF-8 or else windows-1252",
                d =>
                    !d.IsDefault && d.Theirs == "gr\uFFFD\uFFFD.txt" && d.Raw.Contains("\"gr\u00c3\u00bc.txt\"")
                        ? "grü.txt"
                        : d.Theirs
            ),
            new(
                "name",
                "An unquoted value goes on after a space",
                d =>
                    d is { IsDefault: true, Theirs: "my" } && d.Raw.Contains("name=my file.txt")
                        ? "my file.txt"
                        : d.Theirs
            ),
        ];

    /// <summary>Every octet beyond ASCII as U+FFFD.</summary>
    static string Replaced(string raw) => string.Concat(raw.Select(c => c > 127 ? '\uFFFD' : c));

    /// <summary>Each U+FFFD as what windows-1252 has for the octet in its place.</summary>
    static string Restored(string theirs, string raw)
    {
        var octets = new Queue<char>(raw.Where(c => c > 127));
        var count = theirs.Count(c => c == '\uFFFD');
        return count == octets.Count
            ? string.Concat(theirs.Select(c => c == '\uFFFD' ? Windows(octets.Dequeue()) : c))
            : theirs;
    }

    static char Windows(char octet) => Charset.Decode("windows-1252", [(byte)octet])[0];

    static bool IsUtf8(string latin1) => System.Text.Unicode.Utf8.IsValid(Encoding.Latin1.GetBytes(latin1));

    static string? Unfolded(string? text) =>
        text?.Replace("\r\n", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal);

    static string Letters(string? text) => string.Concat((text ?? "").Where(c => !char.IsWhiteSpace(c)));

    /// <summary>As <see cref="LeafGenerator"/> wrote it.</summary>
    static string? NameOfContentType(string raw) =>
        TypeField().Match(raw).Value switch
        {
            var field when field.Contains("name=file.txt") => "file.txt",
            var field when field.Contains("name=\"a file.txt\"") => "a file.txt",
            var field when field.Contains("name=\"q\\\"uote.txt\"") => "q\"uote.txt",
            var field when field.Contains("name*=utf-8''gr%C3%BC%C3%9F.txt") => "grüß.txt",
            var field when field.Contains("name*=iso-8859-1'de'gr%FC.txt") => "grü.txt",
            var field when field.Contains("name*0=\"long \"") => "long name.txt",
            var field when field.Contains("name*0*=utf-8''gr%C3%BC;") => "grüss.txt",
            var field when field.Contains("name=\"=?utf-8?q?gr=C3=BC=C3=9F?=\"") => "grüß",
            var field when field.Contains("name=my file.txt") => "my file.txt",
            var field when field.Contains("name=\"gr\u00c3\u00bc.txt\"") => "grü.txt",
            var field when field.Contains("name=x.txt") => "x.txt",
            _ => null,
        };

    [GeneratedRegex("(file)?name=(\r?\n|;)", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex EmptyName();

    [GeneratedRegex(
        "^Content-Type:.*\r?\n([ \t].*\r?\n)*",
        RegexOptions.IgnoreCase | RegexOptions.Multiline | RegexOptions.ExplicitCapture
    )]
    private static partial Regex TypeField();
}
