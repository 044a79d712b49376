using System.Diagnostics.CodeAnalysis;

namespace Cloud.Trust.Spf;

/// <summary>A record of sound syntax. RFC 7208 §4.6.1.</summary>
/// <param name="Directives">In order.</param>
/// <param name="Redirect">Where to go on when nothing matches, unless the record has an <c>all</c>. RFC 7208 §6.1.</param>
/// <param name="Explanation">Where the domain explains a failure. RFC 7208 §6.2.</param>
sealed record SpfRecord(IReadOnlyList<Directive> Directives, MacroString? Redirect, MacroString? Explanation)
{
    const string Version = "v=spf1";

    /// <summary>Whether a TXT record is of this kind at all. RFC 7208 §4.5.</summary>
    public static bool HasVersion(ReadOnlySpan<char> text) =>
        text.StartsWith(Version, StringComparison.OrdinalIgnoreCase)
        && (text.Length == Version.Length || text[Version.Length] == ' ');

    /// <summary>Reads a whole record, each octet a character.</summary>
    /// <param name="text">With its version.</param>
    /// <param name="fault">What is wrong, for the trace.</param>
    public static bool TryParse(
        ReadOnlySpan<char> text,
        [NotNullWhen(true)] out SpfRecord? record,
        [NotNullWhen(false)] out string? fault
    )
    {
        record = null;
        fault = "no version";
        if (!HasVersion(text))
            return false;
        var directives = new List<Directive>();
        var modifiers = new Modifiers();
        var rest = text[Version.Length..];
        foreach (var range in rest.Split(' '))
        {
            var term = rest[range];
            if (term.IsEmpty)
                continue;
            var isGood = IsModifier(term, out var equals)
                ? modifiers.TryAdd(term[..equals], term[(equals + 1)..])
                : Directive.TryParse(term, out var directive) && Add(directives, directive);
            if (isGood)
                continue;
            fault = $"syntax error in {Line.Of(term)}";
            return false;
        }

        fault = null;
        record = new(directives, modifiers.Redirect, modifiers.Explanation);
        return true;
    }

    /// <summary>A modifier has "=" before any ":" or "/". RFC 7208 §4.6.1.</summary>
    static bool IsModifier(ReadOnlySpan<char> term, out int equals)
    {
        equals = term.IndexOfAny("=:/");
        return equals >= 0 && term[equals] == '=';
    }

    static bool Add(List<Directive> directives, Directive directive)
    {
        directives.Add(directive);
        return true;
    }

    struct Modifiers
    {
        public MacroString? Redirect { get; private set; }

        public MacroString? Explanation { get; private set; }

        /// <returns>False for bad syntax, and for what may be there once and is there twice (RFC 7208 §6).</returns>
        public bool TryAdd(ReadOnlySpan<char> name, ReadOnlySpan<char> value)
        {
            if (name.Equals("redirect", StringComparison.OrdinalIgnoreCase))
            {
                if (Redirect is not null || !MacroString.TryParseDomain(value, out var redirect))
                    return false;
                Redirect = redirect;
                return true;
            }

            if (name.Equals("exp", StringComparison.OrdinalIgnoreCase))
            {
                if (Explanation is not null || !MacroString.TryParseDomain(value, out var explanation))
                    return false;
                Explanation = explanation;
                return true;
            }

            return IsName(name) && MacroString.TryParse(value, out _);
        }

        static bool IsName(ReadOnlySpan<char> name)
        {
            if (name.IsEmpty || !char.IsAsciiLetter(name[0]))
                return false;
            foreach (var character in name)
            {
                if (!char.IsAsciiLetterOrDigit(character) && character is not ('-' or '_' or '.'))
                    return false;
            }

            return true;
        }
    }
}
