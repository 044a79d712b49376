using System.Collections.Frozen;
using System.Text;

namespace Cloud.Mail.Text;

/// <summary>
/// Character references of HTML: numbers, and the names of HTML 4 and of ASCII's signs, which is what mail programs write.
/// </summary>
static class HtmlEntities
{
    /// <summary>Characters between &amp; and semicolon: the longest name has eight.</summary>
    const int Longest = 8;

    const string Latin1 =
        "nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn "
        + "sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave "
        + "Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml "
        + "ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN "
        + "szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute "
        + "icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml "
        + "yacute thorn yuml";

    const string Others =
        "quot amp lt gt OElig oelig Scaron scaron Yuml fnof circ tilde Alpha Beta Gamma Delta Epsilon "
        + "Zeta Eta Theta Iota Kappa Lambda Mu Nu Xi Omicron Pi Rho Sigma Tau Upsilon Phi Chi Psi Omega "
        + "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigmaf "
        + "sigma tau upsilon phi chi psi omega thetasym upsih piv ensp emsp thinsp zwnj zwj lrm rlm ndash "
        + "mdash lsquo rsquo sbquo ldquo rdquo bdquo dagger Dagger bull hellip permil prime Prime lsaquo "
        + "rsaquo oline frasl euro image weierp real trade alefsym larr uarr rarr darr harr crarr lArr uArr "
        + "rArr dArr hArr forall part exist empty nabla isin notin ni prod sum minus lowast radic prop "
        + "infin ang and or cap cup int there4 sim cong asymp ne equiv le ge sub sup nsub sube supe oplus "
        + "otimes perp sdot lceil rceil lfloor rfloor lang rang loz spades clubs hearts diams apos AMP LT GT QUOT COPY "
        + "REG Tab NewLine excl num dollar percnt lpar rpar ast plus comma period sol colon semi equals quest commat lsqb "
        + "bsol rsqb Hat lowbar grave lcub verbar vert rcub hyphen dash check star phone male female";

    /// <summary>In the order of <see cref="Others"/>.</summary>
    const string OtherCharacters =
        "\"&<>ŒœŠšŸƒˆ˜ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩαβγδεζηθικλμνξοπρςστυφχψωϑϒϖ\u2002\u2003\u2009\u200c"
        + "\u200d\u200e\u200f–—‘’‚“”„†‡•…‰′″‹›‾\u2044€ℑ℘ℜ™ℵ←↑→↓↔↵⇐⇑⇒⇓⇔∀∂∃∅∇∈∉∋∏∑−∗√∝∞∠∧∨∩∪∫∴∼≅≈≠"
        + "≡≤≥⊂⊃⊄⊆⊇⊕⊗⊥⋅⌈⌉⌊⌋\u27e8\u27e9◊♠♣♥♦'&<>\"©"
        + "®\t\n!#$%()*+,./:;=?@[\\]^_`{||}\u2010\u2010✓☆☎♂♀";

    /// <summary>Names that need no semicolon, beside those of <see cref="Latin1"/>.</summary>
    const string Bare = "amp lt gt quot AMP LT GT QUOT COPY REG";

    /// <summary>The longest of them, and of <see cref="Latin1"/>.</summary>
    const int LongestBare = 6;

    /// <summary>The shortest of them.</summary>
    const int ShortestBare = 2;

    /// <summary>The characters meant by &amp;#128; to &amp;#159;: those of windows-1252, as browsers have it.</summary>
    const string FromWindows = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";

    static readonly FrozenDictionary<string, char> Characters = Table();

    static readonly FrozenDictionary<string, char>.AlternateLookup<ReadOnlySpan<char>> Named =
        Characters.GetAlternateLookup<ReadOnlySpan<char>>();

    static readonly FrozenDictionary<string, char>.AlternateLookup<ReadOnlySpan<char>> WithoutEnd = Latin1
        .Split(' ')
        .Concat(Bare.Split(' '))
        .ToFrozenDictionary(name => name, name => Characters[name], StringComparer.Ordinal)
        .GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Reads the reference at the start of <paramref name="text"/>.</summary>
    /// <param name="text">Begins with an ampersand.</param>
    /// <param name="character">What it means.</param>
    /// <param name="length">Characters it takes, semicolon included.</param>
    /// <returns>False where it is none: the ampersand stands for itself.</returns>
    public static bool TryRead(ReadOnlySpan<char> text, out Rune character, out int length)
    {
        character = default;
        length = 0;
        if (text is [_, '#', ..])
            return TryNumber(text, out character, out length);
        var name = text[1..Math.Min(text.Length, Longest + 2)];
        var end = name.IndexOf(';');
        if (end > 0 && Named.TryGetValue(name[..end], out var named))
        {
            character = new Rune(named);
            length = end + 2;
            return true;
        }

        // The longest name that the text begins with: &notit; is ¬it; as browsers have it.
        for (var bare = Math.Min(name.Length, LongestBare); bare >= ShortestBare; bare--)
        {
            if (!WithoutEnd.TryGetValue(name[..bare], out named))
                continue;
            character = new Rune(named);
            length = bare + 1;
            return true;
        }

        return false;
    }

    /// <param name="text">Begins with an ampersand and a number sign.</param>
    static bool TryNumber(ReadOnlySpan<char> text, out Rune character, out int length)
    {
        var isHex = text is [_, _, 'x' or 'X', ..];
        var digits = text[(isHex ? 3 : 2)..];
        var count = 0;
        var number = 0u;
        for (; count < digits.Length && Digit(digits[count], isHex) is >= 0 and var digit; count++)
            number = Math.Min(number, MaxNumber) * (isHex ? 16u : 10u) + (uint)digit; // what is too large stays so
        length = text.Length - digits.Length + count;
        if (count < digits.Length && digits[count] == ';')
            length++;
        if (number is >= 0x80 and <= 0x9F)
            number = FromWindows[(int)number - 0x80];
        if (number == 0 || !Rune.TryCreate(number, out character))
            character = Rune.ReplacementChar;
        return count > 0;
    }

    /// <summary>Beyond Unicode, and small enough for another digit.</summary>
    const uint MaxNumber = 0x1000_0000 / 16;

    static int Digit(char c, bool isHex) =>
        char.IsAsciiDigit(c) ? c - '0'
        : isHex && char.IsAsciiHexDigit(c) ? (c | 0x20) - 'a' + 10
        : -1;

    static FrozenDictionary<string, char> Table()
    {
        var latin1 = Latin1.Split(' ').Select((name, at) => (name, Character: (char)(0xA0 + at)));
        var others = Others.Split(' ').Select((name, at) => (name, Character: OtherCharacters[at]));
        return latin1
            .Concat(others)
            .ToFrozenDictionary(pair => pair.name, pair => pair.Character, StringComparer.Ordinal);
    }
}
