using System.Buffers;

namespace Cloud.Mail.Headers;

/// <summary>Phrases with commas between, as in Keywords. RFC 5322 §3.6.5.</summary>
public static class Phrases
{
    /// <summary>Phrases taken of one field.</summary>
    const int MaxPhrases = 1_000;

    /// <summary>Octets looked at of a field; real ones have under 4 KiB.</summary>
    const int MaxLength = 64 * 1024;

    static readonly SearchValues<byte> Stops = SearchValues.Create(",\"("u8);

    /// <param name="value">What follows the colon, folded or not.</param>
    /// <returns>Decoded, without quotes, comments and repeated white space; none of them empty.</returns>
    public static IReadOnlyList<string> Parse(ReadOnlySpan<byte> value)
    {
        var phrases = new List<string>();
        var text = new Octets(HeaderText.Unfold(value[..Math.Min(value.Length, MaxLength)]));
        var reader = new StructuredReader(text.Span);
        var (comments, quotes) = (true, true);
        var start = 0;
        while (phrases.Count < MaxPhrases)
        {
            reader.Until(Stops);
            var at = text.Length - reader.Rest.Length;
            if (reader.Next == '"' && (quotes = reader.TryQuoted(out _)))
                continue;
            if (reader.Next == '(' && (comments = reader.TryComment(out _)))
                continue;
            if (!reader.AtEnd && reader.Next != ',')
            {
                reader.SkipOne();
                continue;
            }

            var phrase = AddressText.Clean(text.Slice(start, at - start), spaced: true, comments, quotes);
            if (!phrase.IsNilOrEmpty && EncodedWords.Decode(phrase.Span).Trim() is { Length: > 0 } decoded)
                phrases.Add(decoded);
            if (reader.AtEnd)
                break;
            reader.SkipOne();
            start = at + 1;
        }

        return phrases;
    }
}
