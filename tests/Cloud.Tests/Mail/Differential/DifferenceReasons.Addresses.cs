using System.Text;
using System.Text.RegularExpressions;

namespace Cloud.Tests.Mail.Differential;

/// <summary>Reasons for what From and To hold; each address of a list of equal length is looked at for itself.</summary>
static partial class DifferenceReasons
{
    /// <summary>What is no address, as <see cref="FieldGenerator"/> puts it last, and what each of us makes of it.</summary>
    /// <param name="Written">The last entry of the field.</param>
    /// <param name="Ours">So that the reader sees what is there; the next line of it is the next address.</param>
    /// <param name="Old">compat32.</param>
    /// <param name="New">default.</param>
    sealed record Broken(string Written, string Ours, string Old, string New);

    /// <summary>Python itself fails.</summary>
    const string Fault = "fault: IndexError";

    static readonly Broken[] BrokenOnes =
    [
        new("Ada ada@here.example", "Ada <ada@here.example>", " <Ada ada@here.example>", " <\"Ada ada\"@here.example>"),
        new("ada@", " <ada>", "", Fault),
        new("@here.example", " <@here.example>", " <@here.example>", " <<>>"),
        new("a@b@c.example", " <a@b@c.example>", " <@c.example>", " <<>>"),
        new(
            "ada@here.example bob@here.example",
            " <ada@here.examplebob@here.example>",
            " <@here.example>",
            " <ada@here.example>"
        ),
    ];

    static IEnumerable<Reason> OfAddresses =>
        [
            new(
                "from to",
                "Junk in an address list becomes a mailbox, so that the reader sees it; words before an address are its name",
                d => BrokenOnes.Aggregate(d, MendBroken).Theirs
            ),
            new(
                "from to",
                "A comment stands in for a name that is missing, as mail programs show it",
                d =>
                    d.IsDefault && d.Theirs is [' ', '<', .. var spec] && HasComment(d.Raw, spec[..^1])
                        ? "Comment Name" + d.Theirs
                        : d.Theirs
            ),
            new(
                "from to",
                "A comment beside a name is none of it: RFC 5322 §3.2.2",
                d =>
                    !d.IsDefault && d.Raw.Contains("Ada (comment) <")
                        ? d.Theirs?.Replace("Ada (comment) <", "Ada <")
                        : d.Theirs
            ),
            new(
                "from to",
                "Raw octets are UTF-8: RFC 6532 §3.2",
                d => d.Theirs == ReplacedUtf8(d.Ours) && d.Raw.Contains(Latin1(Name(d.Ours))) ? d.Ours : d.Theirs
            ),
            new(
                "from to",
                "White space between encoded words goes: RFC 2047 §6.2. The old policy says so too",
                d =>
                    d.IsDefault && AdjacentWords().IsMatch(d.Raw) && IsSameButForSpaces(d.Theirs, d.Ours)
                        ? d.Ours
                        : d.Theirs
            ),
            new(
                "from to",
                "Octets of adjacent words are joined before they become text. The old policy does so too",
                d =>
                    d.IsDefault && AdjacentWords().IsMatch(d.Raw) && IsSameButForLoss(d.Theirs, d.Ours)
                        ? d.Ours
                        : d.Theirs
            ),
            new(
                "from to",
                "A folded quoted string is one string (RFC 5322 §3.2.4): the old policy takes encoded words in it apart",
                d => !d.IsDefault && FoldedQuotedWord().IsMatch(d.Raw) ? d.Ours : d.Theirs
            ),
        ];

    static Difference MendBroken(Difference d, Broken broken)
    {
        var isLast = d.Raw.TrimEnd().EndsWith(broken.Written, StringComparison.Ordinal);
        var theirs = d.IsDefault ? broken.New : broken.Old;
        if (theirs == Fault && d.Theirs == Fault)
            return d with { Theirs = d.Ours }; // the whole field is lost to it; the old policy tells the others
        if (!isLast || d.Ours is null || !d.Ours.EndsWith(broken.Ours, StringComparison.Ordinal))
            return d;
        if (d.Theirs == theirs)
            return d with { Theirs = broken.Ours };
        var isDropped = theirs.Length == 0 && Lines(d.Theirs) == Lines(d.Ours) - 1;
        return isDropped ? d with { Theirs = $"{d.Theirs}\n{broken.Ours}" } : d;
    }

    static int Lines(string? text) => text?.Split('\n').Length ?? 0;

    static bool HasComment(string raw, string spec) => raw.Contains($"{spec} (Comment Name)", StringComparison.Ordinal);

    static string Name(string? address) => address?[..Math.Max(0, address.LastIndexOf('<'))].TrimEnd() ?? "";

    static string Spec(string? address) => address?[(address.LastIndexOf('<') + 1)..] ?? "";

    /// <summary>What follows the words' name is the same to the letter.</summary>
    static bool IsSameButForSpaces(string? theirs, string? ours) =>
        Spec(theirs) == Spec(ours) && Letters(Name(theirs)) == Letters(Name(ours));

    /// <summary>What they have of the name, between characters they lost, stands in ours in that order.</summary>
    static bool IsSameButForLoss(string? theirs, string? ours)
    {
        if (theirs is null || !theirs.Contains('\uFFFD') || Spec(theirs) != Spec(ours))
            return false;
        var (name, at) = (Letters(Name(ours)), 0);
        foreach (var piece in Letters(Name(theirs)).Split('\uFFFD', StringSplitOptions.RemoveEmptyEntries))
        {
            var found = name.IndexOf(piece, at, StringComparison.Ordinal);
            if (found < 0 || found > at + 2)
                return false; // more than a character, of one or two units, is missing before it
            at = found + piece.Length;
        }

        return name.Length - at <= 2;
    }

    /// <summary>Every octet of a character beyond ASCII as U+FFFD.</summary>
    static string ReplacedUtf8(string? text) =>
        string.Concat(
            (text ?? "")
                .EnumerateRunes()
                .Select(rune => rune.IsAscii ? $"{rune}" : new string('\uFFFD', rune.Utf8SequenceLength))
        );

    static string Latin1(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    [GeneratedRegex(@"\?=\s+=\?")]
    private static partial Regex AdjacentWords();

    [GeneratedRegex("\"=\\?[^\"]*\n[ \t][^\"]*\\?=\"")]
    private static partial Regex FoldedQuotedWord();
}
