using System.Buffers;
using System.Globalization;
using System.Text;

namespace Cloud.Trust.Dmarc.Suffixes;

/// <summary>Turns the published list into the form that is shipped.</summary>
public static class SuffixList
{
    /// <summary>Octets of a published list; the real one has a quarter of a MiB.</summary>
    public const int MaxLength = 4 * 1024 * 1024;

    static readonly IdnMapping Idn = new();

    static readonly SearchValues<char> NameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_.");

    const string Header = """
        // This Source Code Form is subject to the terms of the Mozilla Public
        // License, v. 2.0. If a copy of the MPL was not distributed with this
        // file, You can obtain one at https://mozilla.org/MPL/2.0/.
        //
        // The rules of the Public Suffix List (https://publicsuffix.org/list/public_suffix_list.dat), changed in form only:
        // comments left out, A-labels, sorted by octets. Written by `cloud psl`.

        """;

    /// <param name="published">As publicsuffix.org has it: a rule a line, up to white space; <c>//</c> starts a comment.</param>
    /// <returns>The licence, then the rules.</returns>
    /// <exception cref="FormatException">It holds no rules, or one that is no name.</exception>
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
        var text = new StringBuilder(Header.ReplaceLineEndings("\n"));
        foreach (var rule in rules)
            text.Append(rule).Append('\n');
        return Encoding.ASCII.GetBytes(text.ToString());
    }

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
