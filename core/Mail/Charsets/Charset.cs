using System.Collections.Concurrent;
using System.Text;
using System.Text.Unicode;

namespace Cloud.Mail.Charsets;

/// <summary>Bytes to text by the charset names mail uses.</summary>
/// <remarks>
/// Never throws: what cannot be decoded becomes U+FFFD. A text has at most two characters for each byte. A byte
/// order mark at its start goes.
/// </remarks>
public static class Charset
{
    const char ByteOrderMark = '\uFEFF';

    static readonly DecoderFallback Replacement = new DecoderReplacementFallback("\uFFFD");
    static readonly ConcurrentDictionary<int, Encoding> CodePages = new();

    /// <param name="name">As the mail gives it; one that is unknown or says nothing (us-ascii with other octets in
    /// it) is guessed.</param>
    /// <param name="bytes">Of the text.</param>
    /// <param name="hint">The charset to guess where the text is not UTF-8; null for windows-1252.</param>
    public static string Decode(ReadOnlySpan<char> name, ReadOnlySpan<byte> bytes, string? hint = null)
    {
        if (bytes.IsEmpty)
            return "";
        var codePage = CharsetNames.CodePage(name);
        return codePage is CharsetNames.Undeclared or CharsetNames.Unknown
            ? Guess(bytes, hint)
            : Decode(codePage, bytes) ?? Guess(bytes, hint);
    }

    /// <summary>UTF-8 where the bytes are valid UTF-8, else the hint, else windows-1252, which every byte is valid in.</summary>
    public static string Guess(ReadOnlySpan<byte> bytes, string? hint = null)
    {
        if (Utf8.IsValid(bytes))
            return WithoutMark(Encoding.UTF8.GetString(bytes));
        var codePage = CharsetNames.CodePage(hint);
        return codePage > 0 && Decode(codePage, bytes) is { } text ? text : Find(1252)!.GetString(bytes);
    }

    /// <summary>Texts put end to end are decoded as one. Not so where one may end in a shift that only its end ends.</summary>
    internal static bool IsJoinable(ReadOnlySpan<char> name) => CharsetNames.CodePage(name) != CharsetNames.Utf7;

    /// <returns>Null for a code page nobody has.</returns>
    static string? Decode(int codePage, ReadOnlySpan<byte> bytes) =>
        codePage switch
        {
            CharsetNames.Utf8 => WithoutMark(Encoding.UTF8.GetString(bytes)),
            CharsetNames.Utf7 => Utf7.Decode(bytes),
            1201 when bytes is [0xFF, 0xFE, ..] => Decode(1200, bytes), // the mark knows better
            28600 or 28604 or 28606 => LatinTables.Decode(codePage, bytes),
            _ => Find(codePage) is { } encoding ? WithoutMark(encoding.GetString(bytes)) : null,
        };

    /// <summary>Kept once found, since the tables behind one are large.</summary>
    static Encoding? Find(int codePage)
    {
        if (CodePages.TryGetValue(codePage, out var known))
            return known;
        var found = codePage switch
        {
            1200 or 1201 => new UnicodeEncoding(codePage == 1201, byteOrderMark: false),
            12000 or 12001 => new UTF32Encoding(codePage == 12001, byteOrderMark: false),
            _ => CodePagesEncodingProvider.Instance.GetEncoding(
                codePage,
                EncoderFallback.ReplacementFallback,
                Replacement
            ),
        };
        return found is null ? null : CodePages.GetOrAdd(codePage, found);
    }

    static string WithoutMark(string text) => text.StartsWith(ByteOrderMark) ? text[1..] : text;
}
