using System.Buffers;
using System.Globalization;
using System.Text;

namespace Cloud.Trust.Dmarc.Suffixes;

/// <summary>Turns the published list into the form that is shipped, and reads that where it comes from elsewhere.</summary>
public static class SuffixList
{
    /// <summary>Octets of a published list; the real one has a quarter of a MiB.</summary>
    public const int MaxLength = 4 * 1024 * 1024;

    static readonly IdnMapping Idn = new();

    static readonly SearchValues<char> NameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_.");

    static readonly SearchValues<byte> NameOctets = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_."u8);

    const string Counted = "Rules: ";

    /// <param name="published">As publicsuffix.org has it: a rule a line, up to white space; <c>//</c> starts a comment.</param>
    /// <returns>The licence, then the rules.</returns>
    /// <exception cref="FormatException">It holds no rules, or one that is no name, or it breaks off.</exception>
    public static byte[] Convert(string published)
    {
        var rules = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var line in published.AsSpan().EnumerateLines())
        {
            var rule = line.Trim();
            if (rule.IsEmpty || rule.StartsWith("//", StringComparison.Ordinal))
                continue;
            var end = rule.IndexOfAny(' ', '\t');
            rules.Add(ToAscii((end < 0 ? rule : rule[..end]).ToString()));
        }

        if (rules.Count == 0)
            throw new FormatException("The list has no rules.");
        if (Occurrences(published, "// ===BEGIN ") != Occurrences(published, "// ===END "))
            throw new FormatException("The list breaks off: a section of it has no end.");
        var text = new StringBuilder(Header(rules.Count));
        foreach (var rule in rules)
            text.Append(rule).Append('\n');
        return Encoding.ASCII.GetBytes(text.ToString());
    }

    /// <summary>Reads a list that <see cref="Convert"/> wrote. Looking up trusts its form, so it is looked at whole.</summary>
    /// <exception cref="FormatException">It is none, is not whole, or was changed by hand.</exception>
    public static PublicSuffixes Read(ReadOnlyMemory<byte> converted)
    {
        var header = 0;
        while (converted.Span[header..] is [(byte)'/', (byte)'/', ..] comment && comment.Contains((byte)'\n'))
            header += comment.IndexOf((byte)'\n') + 1;
        var text = Encoding.ASCII.GetString(converted.Span[..header]);
        var at = text.IndexOf(Counted, StringComparison.Ordinal);
        if (at < 0 || header == converted.Length)
            throw new FormatException("It is no list that `cloud psl` has written.");
        if (converted.Span[^1] != '\n' || !IsSorted(converted.Span[header..]))
            throw new FormatException("It holds what is no rule, or rules that are not in order.");
        var list = PublicSuffixes.Of(converted);
        var digits = text[(at + Counted.Length)..].TakeWhile(char.IsAsciiDigit);
        return $"{list.Count}" == string.Concat(digits)
            ? list
            : throw new FormatException($"It is not whole: it has {list.Count} rules.");
    }

    /// <summary>Each line is a rule, and comes behind the one before it.</summary>
    static bool IsSorted(ReadOnlySpan<byte> rules)
    {
        ReadOnlySpan<byte> last = [];
        while (rules.IndexOf((byte)'\n') is > 0 and var end)
        {
            var rule = rules[..end];
            var name =
                rule.StartsWith("*."u8) ? rule[2..]
                : rule.StartsWith("!"u8) ? rule[1..]
                : rule;
            if (name.IsEmpty || name.ContainsAnyExcept(NameOctets) || rule.SequenceCompareTo(last) <= 0)
                return false;
            last = rule;
            rules = rules[(end + 1)..];
        }

        return rules.IsEmpty;
    }

    static string Header(int rules) =>
        string.Create(
                CultureInfo.InvariantCulture,
                $"""
                // This Source Code Form is subject to the terms of the Mozilla Public
                // License, v. 2.0. If a copy of the MPL was not distributed with this
                // file, You can obtain one at https://mozilla.org/MPL/2.0/.
                //
                // The rules of the Public Suffix List (https://publicsuffix.org/list/public_suffix_list.dat), changed in form only:
                // comments left out, A-labels, sorted by octets. {Counted}{rules}. Written by `cloud psl`.

                """
            )
            .ReplaceLineEndings("\n");

    static int Occurrences(string text, string part) => text.AsSpan().Count(part);

    static string ToAscii(string rule)
    {
        var mark =
            rule.StartsWith('!') ? "!"
            : rule.StartsWith("*.", StringComparison.Ordinal) ? "*."
            : "";
        try
        {
            var name = Idn.GetAscii(rule[mark.Length..]).ToLowerInvariant();
            return name.AsSpan().ContainsAnyExcept(NameCharacters)
                ? throw new FormatException($"Not a rule: {rule}")
                : mark + name;
        }
        catch (ArgumentException fault)
        {
            throw new FormatException($"Not a rule: {rule}", fault);
        }
    }
}
