using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Cloud.Trust.Spf;

/// <summary>A text with macros in it. RFC 7208 §7.1.</summary>
sealed class MacroString
{
    /// <summary>Parts beyond it are as good as all: a name has no more labels. RFC 7208 §7.3.</summary>
    const int MaxParts = 1000;

    const string Letters = "slodiphv";

    /// <summary>Only in explanations. RFC 7208 §7.2.</summary>
    const string ExplanationLetters = "crt";

    const string DelimiterCharacters = ".-+,/_=";

    readonly IReadOnlyList<Macro> pieces;

    MacroString(string text, IReadOnlyList<Macro> pieces)
    {
        Text = text;
        this.pieces = pieces;
    }

    /// <summary>As published.</summary>
    public string Text { get; }

    /// <summary>Whether the client's validated name is wanted, which costs questions.</summary>
    public bool NeedsValidatedName => pieces.Any(piece => piece.Letter == 'p');

    /// <summary>Whether the sender's local part is in it.</summary>
    public bool NeedsLocalPart => pieces.Any(piece => piece.Letter is 's' or 'l');

    /// <summary>domain-spec: macros for domains, with a top label or a macro at its end.</summary>
    public static bool TryParseDomain(ReadOnlySpan<char> text, [NotNullWhen(true)] out MacroString? parsed) =>
        TryParse(text, Letters, allowsSpace: false, out parsed)
        && parsed.pieces.Count > 0
        && (parsed.pieces[^1] is { Literal: null } or { Literal: "%" or " " or "%20" } || EndsInTopLabel(text));

    /// <summary>macro-string, the value of an unknown modifier.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out MacroString? parsed) =>
        TryParse(text, Letters + ExplanationLetters, allowsSpace: false, out parsed);

    /// <summary>explain-string.</summary>
    public static bool TryParseExplanation(ReadOnlySpan<char> text, [NotNullWhen(true)] out MacroString? parsed) =>
        TryParse(text, Letters + ExplanationLetters, allowsSpace: true, out parsed);

    /// <param name="valueOf">The value of a letter.</param>
    /// <param name="max">Characters that are of use: no piece is added beyond them.</param>
    public string Expand(Func<char, string> valueOf, int max)
    {
        var text = new StringBuilder();
        foreach (var piece in pieces)
        {
            text.Append(piece.Literal ?? piece.Transform(valueOf(piece.Letter)));
            if (text.Length > max)
                break;
        }

        return text.ToString();
    }

    static bool TryParse(
        ReadOnlySpan<char> text,
        string letters,
        bool allowsSpace,
        [NotNullWhen(true)] out MacroString? parsed
    )
    {
        parsed = null;
        var pieces = new List<Macro>();
        var rest = text;
        while (!rest.IsEmpty)
        {
            if (rest[0] == '%')
            {
                if (!TryTakeExpansion(ref rest, letters, out var piece))
                    return false;
                pieces.Add(piece);
                continue;
            }

            var length = rest.IndexOf('%') is >= 0 and var next ? next : rest.Length;
            foreach (var character in rest[..length])
            {
                if (character is < '\x21' or > '\x7E' && !(allowsSpace && character == ' '))
                    return false;
            }

            pieces.Add(new(rest[..length].ToString()));
            rest = rest[length..];
        }

        parsed = new(text.ToString(), pieces);
        return true;
    }

    /// <summary>macro-expand.</summary>
    static bool TryTakeExpansion(ref ReadOnlySpan<char> rest, string letters, out Macro piece)
    {
        piece = default;
        if (rest.Length < 2)
            return false;
        if (rest[1] != '{')
        {
            piece = new(
                rest[1] switch
                {
                    '%' => "%",
                    '_' => " ",
                    '-' => "%20",
                    _ => null,
                }
            );
            rest = rest[2..];
            return piece.Literal is not null;
        }

        var end = rest.IndexOf('}');
        var isGood = end > 2 && TryReadLetter(rest[2..end], letters, out piece);
        if (isGood)
            rest = rest[(end + 1)..];
        return isGood;
    }

    /// <summary>macro-letter transformers *delimiter.</summary>
    static bool TryReadLetter(ReadOnlySpan<char> text, string letters, out Macro piece)
    {
        piece = default;
        var letter = char.ToLowerInvariant(text[0]);
        if (!char.IsAscii(text[0]) || !letters.Contains(letter, StringComparison.Ordinal))
            return false;
        var isEscaped = char.IsAsciiLetterUpper(text[0]);
        var at = 1;
        var parts = 0;
        while (at < text.Length && char.IsAsciiDigit(text[at]))
            parts = Math.Min(parts * 10 + (text[at++] - '0'), MaxParts);
        if (at > 1 && parts == 0)
            return false; // RFC 7208 §7.3: it must not be zero.
        var isReversed = at < text.Length && text[at] is 'r' or 'R';
        if (isReversed)
            at++;
        foreach (var character in text[at..])
        {
            if (!DelimiterCharacters.Contains(character, StringComparison.Ordinal))
                return false;
        }

        piece = new(null, letter, parts, isReversed, text[at..].ToString(), isEscaped);
        return true;
    }

    /// <summary>"." toplabel [ "." ]; the last piece is a literal, so that what stands behind its last dot is all there is.</summary>
    static bool EndsInTopLabel(ReadOnlySpan<char> text)
    {
        if (text[^1] == '.')
            text = text[..^1];
        if (text.LastIndexOf('.') is var dot && dot < 0)
            return false;
        var label = text[(dot + 1)..];
        if (label.IsEmpty || !char.IsAsciiLetterOrDigit(label[0]) || !char.IsAsciiLetterOrDigit(label[^1]))
            return false;
        var hasOther = false;
        foreach (var character in label)
        {
            if (!char.IsAsciiLetterOrDigit(character) && character != '-')
                return false;
            hasOther |= !char.IsAsciiDigit(character);
        }

        return hasOther;
    }
}
