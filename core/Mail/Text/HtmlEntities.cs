using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace Cloud.Mail.Text;

/// <summary>Character references of HTML: numbers, and the names of HTML 4, which is what mail programs write.</summary>
static class HtmlEntities
{
    /// <summary>Characters between &amp; and semicolon: the longest name has eight, and a number no more digits.</summary>
    const int Longest = 10;

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
        + "otimes perp sdot lceil rceil lfloor rfloor lang rang loz spades clubs hearts diams apos";

    /// <summary>In the order of <see cref="Others"/>.</summary>
    const string OtherCharacters =
        "\"&<>ŒœŠšŸƒˆ˜ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩαβγδεζηθικλμνξοπρςστυφχψωϑϒϖ\u2002\u2003\u2009\u200c"
        + "\u200d\u200e\u200f–—‘’‚“”„†‡•…‰′″‹›‾\u2044€ℑ℘ℜ™ℵ←↑→↓↔↵⇐⇑⇒⇓⇔∀∂∃∅∇∈∉∋∏∑−∗√∝∞∠∧∨∩∪∫∴∼≅≈≠"
        + "≡≤≥⊂⊃⊄⊆⊇⊕⊗⊥⋅⌈⌉⌊⌋\u2329\u232a◊♠♣♥♦'";

    /// <summary>The characters meant by &amp;#128; to &amp;#159;: those of windows-1252, as browsers have it.</summary>
    const string FromWindows = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";

    static readonly FrozenDictionary<string, char>.AlternateLookup<ReadOnlySpan<char>> Named = Table()
        .GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Reads the reference at the start of <paramref name="text"/>.</summary>
    /// <param name="text">Begins with an ampersand.</param>
    /// <param name="character">What it means.</param>
    /// <param name="length">Characters it takes, semicolon included.</param>
    /// <returns>False where it is none: the ampersand stands for itself.</returns>
    public static bool TryRead(ReadOnlySpan<char> text, out Rune character, out int length)
    {
        var name = text[1..Math.Min(text.Length, Longest + 2)];
        var end = name.IndexOf(';');
        length = end + 2;
        character = default;
        if (end < 1)
            return false;
        name = name[..end];
        if (name[0] == '#')
            return TryNumber(name[1..], out character);
        if (!Named.TryGetValue(name, out var named))
            return false;
        character = new Rune(named);
        return true;
    }

    static bool TryNumber(ReadOnlySpan<char> digits, out Rune character)
    {
        character = default;
        var isHex = digits is ['x' or 'X', ..];
        var style = isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None;
        if (!uint.TryParse(isHex ? digits[1..] : digits, style, CultureInfo.InvariantCulture, out var number))
            return false;
        if (number is >= 0x80 and <= 0x9F)
            number = FromWindows[(int)number - 0x80];
        return number != 0 && Rune.TryCreate(number, out character);
    }

    static FrozenDictionary<string, char> Table()
    {
        var latin1 = Latin1.Split(' ').Select((name, at) => (name, Character: (char)(0xA0 + at)));
        var others = Others.Split(' ').Select((name, at) => (name, Character: OtherCharacters[at]));
        return latin1
            .Concat(others)
            .ToFrozenDictionary(pair => pair.name, pair => pair.Character, StringComparer.Ordinal);
    }
}
