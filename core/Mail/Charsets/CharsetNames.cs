using System.Collections.Frozen;
using System.Globalization;

namespace Cloud.Mail.Charsets;

/// <summary>Code page numbers for the names that mail gives charsets: those of IANA, and what is in the wild.</summary>
/// <remarks>
/// Names are compared by their letters and digits alone. Where a sender's software is known to mean a superset
/// (ISO-8859-1 and windows-1252, GB 2312 and GB 18030, KS C 5601 and code page 949), that is taken, as browsers do.
/// </remarks>
static class CharsetNames
{
    public const int Utf8 = 65001;
    public const int Utf7 = 65000;

    // Ours: nobody has given these a number.
    public const int Viscii = 1_000_001;
    public const int Tcvn = 1_000_002;
    public const int Armscii = 1_000_003;

    /// <summary>Says nothing that could be trusted: ASCII with other octets in it, or no name at all.</summary>
    public const int Undeclared = 0;

    public const int Unknown = -1;

    /// <summary>Characters looked at of a name; the longest registered one has 45.</summary>
    const int MaxName = 64;

    /// <summary>Prefixes of a code page's number.</summary>
    static readonly string[] Numbered = ["windows", "xwindows", "cp", "xcp", "win", "ms", "ibm", "dos", "xibm"];

    static readonly FrozenDictionary<string, int> Aliases = new (int CodePage, string Names)[]
    {
        (Undeclared, " ascii usascii ansix341968 ansix341986 iso646us isoir6 us csascii cp367 ibm367 7bit 8bit binary"),
        (Undeclared, "unknown8bit unknown xunknown xuserdefined default none iso646irv1991"),
        (Utf8, "utf8 unicode11utf8 unicode20utf8 xunicode20utf8 utf8mb4 utf8n xutf8 csutf8"),
        (Utf7, "utf7 unicode11utf7 unicode20utf7 xunicode20utf7 csunicode11utf7 csutf7 xutf7"),
        (1200, "utf16le unicodelittle"),
        (1201, "utf16 utf16be ucs2 iso10646ucs2 unicode csunicode unicodebig"), // RFC 2781 §4.3: big-endian by default
        (12000, "utf32le"),
        (12001, "utf32 utf32be ucs4 iso10646ucs4"),
        (1252, "iso88591 iso885911987 88591 latin1 l1 isoir100 csisolatin1 cp819 ibm819 ansi xansi isolatin1"),
        (28592, "latin2 l2 csisolatin2 iso885921987 isoir101"),
        (28593, "latin3 l3 csisolatin3 iso885931988 isoir109"),
        (28594, "latin4 l4 csisolatin4 iso885941988 isoir110"),
        (28595, "cyrillic csisolatincyrillic iso885951988 isoir144"),
        (28596, "arabic csisolatinarabic iso885961987 iso88596i iso88596e asmo708 ecma114 isoir127"),
        (28597, "greek greek8 csisolatingreek iso885971987 ecma118 elot928 isoir126"),
        (28598, "hebrew csisolatinhebrew iso885981988 isoir138 visual"),
        (38598, "iso88598i iso88598e logical csiso88598i"),
        (1254, "iso88599 latin5 l5 csisolatin5 iso885991989 isoir148"),
        (28600, "iso885910 latin6 l6 csisolatin6 isoir157"),
        (874, "tis620 xtis620 tis62025290 tis62025330 iso885911 windows874 dos874"),
        (28603, "latin7 l7"),
        (28604, "iso885914 latin8 l8 isoceltic isoir199"),
        (28605, "latin9 l9 csisolatin9 latin0"),
        (28606, "iso885916 latin10 l10 isoir226"),
        (20866, "koi8r koi8 koi cskoi8r xkoi8r"),
        (21866, "koi8u koi8ru xkoi8u"),
        (10000, "macintosh mac macroman xmacroman csmacintosh xmac"),
        (10006, "xmacgreek macgreek"),
        (10007, "xmaccyrillic maccyrillic"),
        (10017, "xmacukrainian macukraine"),
        (10029, "xmacce macce maccentraleurope xmaccentraleurroman"),
        (10010, "xmacromanian macromania"),
        (10079, "xmacicelandic maciceland"),
        (10081, "xmacturkish macturkish"),
        (932, "shiftjis sjis xsjis xshiftjis csshiftjis mskanji windows31j cswindows31j shiftjis2004 xmacjapanese"),
        (51932, "eucjp xeucjp xeuc ujis cseucpkdfmtjapanese eucjpms"),
        (50220, "iso2022jp csiso2022jp iso2022jp1 iso2022jp2 iso2022jp3 iso2022jp2004 iso2022jpms jis xjis jis7"),
        (54936, "gb18030 csgb18030 gb2312 gb231280 csgb2312 csiso58gb231280 isoir58 euccn xeuccn cngb gbk csgbk"),
        (54936, "xgbk cp936 ms936 windows936 chinese gb23121980 gb"),
        (52936, "hzgb2312 hz"),
        (50227, "iso2022cn iso2022cnext csiso2022cn"),
        (950, "big5 cnbig5 csbig5 xxbig5 xbig5 big5hkscs big5eten bigfive"),
        (949, "ksc56011987 ksc56011989 ksc5601 csksc56011987 ksx1001 korean isoir149 uhc euckr cseuckr xeuckr"),
        (50225, "iso2022kr csiso2022kr"),
        (1361, "johab ksc56011992"),
        (Viscii, "viscii csviscii viscii11 viscii111"),
        (Tcvn, "tcvn tcvn5712 tcvn57121 tcvn571211993 xvietnamesetcvn"),
        (Armscii, "armscii8 armscii"),
    }
        .SelectMany(row => row.Names.Split(' ').Select(name => (name, row.CodePage)))
        .ToFrozenDictionary(pair => pair.name, pair => pair.CodePage, StringComparer.Ordinal);

    static readonly FrozenDictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> Lookup =
        Aliases.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <returns>A code page, which the framework may not have; <see cref="Undeclared"/> or <see cref="Unknown"/>.</returns>
    public static int CodePage(ReadOnlySpan<char> name)
    {
        Span<char> buffer = stackalloc char[MaxName];
        var length = 0;
        foreach (var c in name[..Math.Min(name.Length, MaxName)])
        {
            if (char.IsAsciiLetterOrDigit(c))
                buffer[length++] = char.ToLowerInvariant(c);
        }

        ReadOnlySpan<char> bare = buffer[..length];
        if (Lookup.TryGetValue(bare, out var codePage))
            return codePage;
        if (bare.StartsWith("iso8859") && Number(bare[7..]) is >= 1 and <= 16 and var part)
            return 28590 + part;
        foreach (var prefix in Numbered)
        {
            if (bare.StartsWith(prefix) && Number(bare[prefix.Length..]) is > 0 and var number)
                return Superset(number);
        }

        return Unknown;
    }

    static int Superset(int codePage) => codePage is 936 or 20936 ? 54936 : codePage;

    static int Number(ReadOnlySpan<char> digits) =>
        digits.Length <= 5 && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : Unknown;
}
