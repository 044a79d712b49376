using System.Text;
using Cloud.Mail.Headers;

namespace Cloud.Mail.Compose;

/// <summary>Text as the words of a header field, each with the white space before it.</summary>
static class HeaderWords
{
    /// <summary>Octets of a word that stands as it is; longer ones are encoded, since those can be folded.</summary>
    const int MaxPlain = 600;

    /// <summary>What a phrase's first word leaves free, since it may follow a field's name.</summary>
    const int FieldNameRoom = 12;

    /// <summary>Control characters, line ends above all, as spaces: decoded text must not end a field either.</summary>
    public static string Clean(string text) =>
        text.Any(char.IsControl)
            ? string.Create(
                text.Length,
                text,
                (clean, from) =>
                {
                    for (var i = 0; i < clean.Length; i++)
                        clean[i] = char.IsControl(from[i]) ? ' ' : from[i];
                }
            )
            : text;

    /// <summary>No lone surrogates, which UTF-8 cannot say.</summary>
    public static bool IsWellFormed(string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune == Rune.ReplacementChar)
                return !HasLoneSurrogate(text);
        }

        return true;
    }

    /// <summary>Unstructured text: RFC 5322 §2.2.1, RFC 2047 §5 (1).</summary>
    public static void AddText(FieldWriter writer, string text)
    {
        text = Clean(text);
        if (HasLongWord(text))
            text = EncodedWordEncoder.EncodeWhole(text, writer.Column + 1);
        else if (writer.Form != HeaderForm.Utf8 || IsHardToRead(text))
            text = EncodedWordEncoder.Encode(text, writer.Column + 1);
        foreach (var word in Split(text))
            writer.Add(word);
    }

    /// <summary>A display name: atoms, a quoted string, or encoded words. RFC 5322 §3.2.5, RFC 2047 §5 (3).</summary>
    public static IEnumerable<string> Phrase(string name, HeaderForm form)
    {
        name = Clean(name).Trim();
        var isRaw = (Ascii.IsValid(name) || form == HeaderForm.Utf8) && !IsHardToRead(name);
        if (isRaw && !HasLongWord(name) && name.All(c => c == ' ' || EmailAddress.IsAtext(c)) && !HasGap(name))
            return Split(name);
        return isRaw && Encoding.UTF8.GetByteCount(name) < FieldWriter.FoldAt - 4
            ? [$" {Quote(name)}"]
            : Split(EncodedWordEncoder.EncodeWhole(name, FieldNameRoom));
    }

    public static string Quote(string text) =>
        $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    /// <summary>Each word with the spaces before it; the first gets one.</summary>
    public static IEnumerable<string> Split(string text)
    {
        text = " " + text;
        for (var start = 0; start < text.Length; )
        {
            var end = start;
            while (end < text.Length && text[end] == ' ')
                end++;
            while (end < text.Length && text[end] != ' ')
                end++;
            if (end - start > 1)
                yield return text[start..end];
            start = end;
        }
    }

    static bool HasLongWord(string text) => Split(text).Any(word => Encoding.UTF8.GetByteCount(word) > MaxPlain);

    static bool HasGap(string text) => text.Contains("  ", StringComparison.Ordinal);

    /// <summary>Raw, it would not come back: it looks like an encoded word, or has spaces at its ends.</summary>
    static bool IsHardToRead(string text) =>
        text.Contains("=?", StringComparison.Ordinal) || text.StartsWith(' ') || text.EndsWith(' ');

    static bool HasLoneSurrogate(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogatePair(text, i))
                i++;
            else if (char.IsSurrogate(text[i]))
                return true;
        }

        return false;
    }
}
