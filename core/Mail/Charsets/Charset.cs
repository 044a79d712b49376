using System.Text;
using System.Text.Unicode;

namespace Cloud.Mail.Charsets;

/// <summary>Bytes to text by the charset names mail uses.</summary>
/// <remarks>
/// Never throws: what cannot be decoded becomes U+FFFD. A text has at most two characters for each byte. A byte
/// order mark at its start goes. A long text of which one octet in 24 is wrong is not in its charset: it is UTF-8 if it is
/// valid UTF-8, else what follows is guessed.
/// </remarks>
public static class Charset
{
    const char ByteOrderMark = '\uFEFF';

    /// <param name="name">As the mail gives it; one that is unknown or says nothing (us-ascii with other octets in
    /// it) is guessed.</param>
    /// <param name="bytes">Of the text.</param>
    /// <param name="hint">The charset to guess where the text is not UTF-8; null for windows-1252.</param>
    public static string Decode(ReadOnlySpan<char> name, ReadOnlySpan<byte> bytes, string? hint = null)
    {
        if (bytes.IsEmpty)
            return "";
        var text = new PooledText(bytes.Length + Spare);
        Append(CharsetNames.CodePage(name), bytes, hint, ref text);
        return text.Take();
    }

    /// <summary>UTF-8 where the bytes are valid UTF-8, else the hint, else windows-1252, which every byte is valid in.</summary>
    public static string Guess(ReadOnlySpan<byte> bytes, string? hint = null)
    {
        if (Utf8.IsValid(bytes))
            return Encoding.UTF8.GetString(bytes.StartsWith(Encoding.UTF8.Preamble) ? bytes[3..] : bytes);
        var text = new PooledText(bytes.Length + Spare);
        AppendGuess(bytes, hint, ref text);
        return text.Take();
    }

    /// <summary>What encodings ask for beyond a character for each byte, so that a rented array seldom has to grow.</summary>
    const int Spare = 16;

    /// <param name="codePage">Of <see cref="CharsetNames.CodePage"/>.</param>
    /// <param name="bytes">Of the text.</param>
    /// <param name="hint">The charset to guess.</param>
    /// <param name="text">Gets the text at its end.</param>
    internal static void Append(int codePage, ReadOnlySpan<byte> bytes, string? hint, ref PooledText text)
    {
        if (codePage is CharsetNames.Undeclared or CharsetNames.Unknown || !TryAppend(codePage, bytes, ref text))
            AppendGuess(bytes, hint, ref text);
    }

    internal static void AppendGuess(ReadOnlySpan<byte> bytes, string? hint, ref PooledText text)
    {
        if (Utf8.IsValid(bytes))
            Append(Encoding.UTF8, bytes, ref text);
        else if (CharsetNames.CodePage(hint) is not (> 0 and var codePage) || !TryAppend(codePage, bytes, ref text))
            TryAppendPage(1252, bytes, ref text);
    }

    /// <summary>Texts put end to end are decoded as one. Not so where one may end in a shift that only its end ends.</summary>
    internal static bool IsJoinable(int codePage) => codePage != CharsetNames.Utf7;

    /// <returns>False for a code page nobody has.</returns>
    static bool TryAppend(int codePage, ReadOnlySpan<byte> bytes, ref PooledText text)
    {
        switch (codePage)
        {
            case CharsetNames.Utf8:
                Append(Encoding.UTF8, bytes, ref text);
                return true;
            case CharsetNames.Utf7:
                Utf7.Append(bytes, ref text);
                return true;
            case 1201 when bytes is [0xFF, 0xFE, ..]: // the mark knows better
                return TryAppendPage(1200, bytes, ref text);
            case var _ when SingleByteTables.Find(codePage) is { } table:
                SingleByteTables.Append(table, bytes, ref text);
                return true;
            default:
                return TryAppendPage(codePage, bytes, ref text);
        }
    }

    static void Append(Encoding encoding, ReadOnlySpan<byte> bytes, ref PooledText text)
    {
        var start = text.Length;
        text.Advance(encoding.GetChars(bytes, text.Room(encoding.GetMaxCharCount(bytes.Length))));
        WithoutMark(start, ref text);
    }

    static bool TryAppendPage(int codePage, ReadOnlySpan<byte> bytes, ref PooledText text)
    {
        var start = text.Length;
        if (CodePage.TryAppend(codePage, bytes, ref text) is not { } read)
            return false;
        if (read < bytes.Length && Utf8.IsValid(bytes))
        {
            text.Cut(start);
            Append(Encoding.UTF8, bytes, ref text);
            return true;
        }

        WithoutMark(start, ref text);
        if (read < bytes.Length)
            AppendGuess(bytes[read..], hint: null, ref text);
        return true;
    }

    static void WithoutMark(int start, ref PooledText text)
    {
        if (text.Length > start && text.Written[start] == ByteOrderMark)
            text.RemoveAt(start);
    }
}
