using System.Text;
using Cloud.Mail.Encodings;

namespace Cloud.Mail.Headers;

/// <summary>Writes header text as ASCII with encoded words where it has to be. RFC 2047.</summary>
public static class EncodedWordEncoder
{
    /// <summary>Characters of an encoded word, its frame included: RFC 2047 §2.</summary>
    const int MaxWord = 75;

    const int MaxContent = MaxWord - 12; // =?utf-8?Q? and ?=

    /// <summary>Room for one character of four octets.</summary>
    const int MinContent = 12;

    /// <param name="text">Any. Control characters, CR and LF among them, are encoded too, so none can end a field.</param>
    /// <returns>
    /// Printable ASCII; fold it at its spaces. Valid in unstructured text and as a phrase's words (§5), where a plain
    /// part may still need quotes. Decoded, it is the text again, half surrogates as U+FFFD.
    /// </returns>
    /// <param name="column">Characters before it on its line, which a word at its start leaves room for.</param>
    public static string Encode(string text, int column = 0)
    {
        var first = NextSpecial(text, 0);
        if (first < 0)
            return text;
        var last = first;
        for (var next = first; next >= 0; next = NextSpecial(text, next + 1))
            last = next;
        while (first > 0 && text[first - 1] != ' ')
            first--;
        while (last + 1 < text.Length && text[last + 1] != ' ')
            last++;

        var encoded = new StringBuilder(text.Length * 2).Append(text, 0, first);
        var middle = text.AsSpan(first, last + 1 - first);
        AppendWords(middle, encoded, isBase64: IsMostlyEscaped(middle), first == 0 ? column : 0);
        return encoded.Append(text, last + 1, text.Length - last - 1).ToString();
    }

    /// <summary>As <see cref="Encode"/>, but encodes all of it: for phrases, and words too long to stand as they are.</summary>
    public static string EncodeWhole(string text, int column = 0)
    {
        var encoded = new StringBuilder(text.Length * 2);
        AppendWords(text, encoded, isBase64: IsMostlyEscaped(text), column);
        return encoded.ToString();
    }

    static int NextSpecial(string text, int from)
    {
        for (var i = from; i < text.Length; i++)
        {
            var isEdge = i == 0 || i == text.Length - 1;
            if (text[i] is < ' ' or > '~' || isEdge && text[i] == ' ')
                return i;
            if (text[i] == '=' && i + 1 < text.Length && text[i + 1] == '?')
                return i;
        }

        return -1;
    }

    /// <summary>Q keeps Latin text readable; of other scripts it makes three characters an octet.</summary>
    static bool IsMostlyEscaped(ReadOnlySpan<char> text)
    {
        var (q, octets) = (0, 0);
        foreach (var rune in text.EnumerateRunes())
        {
            q += QLength(rune);
            octets += rune.Utf8SequenceLength;
        }

        return q > 2 * octets;
    }

    static void AppendWords(ReadOnlySpan<char> text, StringBuilder encoded, bool isBase64, int column)
    {
        var limit = Math.Max(MinContent, MaxContent - column);
        Span<byte> octets = stackalloc byte[MaxContent + 4];
        var (length, content) = (0, 0);
        var separator = "";
        foreach (var rune in text.EnumerateRunes())
        {
            // A character is never split: §5 (3).
            var room = isBase64 ? (length + rune.Utf8SequenceLength + 2) / 3 * 4 : content + QLength(rune);
            if (room > limit)
            {
                limit = MaxContent;
                AppendWord(octets[..length], separator, encoded, isBase64);
                (length, content) = (0, 0);
                separator = " ";
            }

            length += rune.EncodeToUtf8(octets[length..]);
            content += QLength(rune);
        }

        AppendWord(octets[..length], separator, encoded, isBase64);
    }

    static void AppendWord(ReadOnlySpan<byte> octets, string separator, StringBuilder encoded, bool isBase64)
    {
        encoded.Append(separator).Append(isBase64 ? "=?utf-8?B?" : "=?utf-8?Q?");
        if (isBase64)
            encoded.Append(System.Convert.ToBase64String(octets));
        foreach (var octet in isBase64 ? [] : octets)
        {
            if (octet == ' ')
                encoded.Append('_');
            else if (IsPlain(octet))
                encoded.Append((char)octet);
            else
                encoded.Append('=').AppendOctet(octet);
        }

        encoded.Append("?=");
    }

    static int QLength(Rune rune) => IsPlain(rune.Value) || rune.Value == ' ' ? 1 : 3 * rune.Utf8SequenceLength;

    /// <summary>What may stand for itself in a phrase, the narrowest place: §5 (3).</summary>
    static bool IsPlain(int octet) =>
        octet < 0x80 && char.IsAsciiLetterOrDigit((char)octet) || octet is '!' or '*' or '+' or '-' or '/';
}
