using System.Buffers;

namespace Cloud.Mail.Headers;

/// <summary>Phrases, local parts and domains without quotes, comments and folding white space.</summary>
static class AddressText
{
    static readonly SearchValues<byte> Special = SearchValues.Create("\"\\(\t"u8);

    /// <param name="raw">A run of words.</param>
    /// <param name="spaced">A phrase: words stay apart by one space. Otherwise they are joined.</param>
    /// <param name="comments">Parentheses are balanced: they mean comments.</param>
    /// <param name="quotes">Quotes are balanced.</param>
    public static Octets Clean(Octets raw, bool spaced, bool comments, bool quotes)
    {
        var trimmed = Trim(raw);
        var span = trimmed.Span;
        if (span.IndexOfAny(Special) < 0 && (spaced ? span.IndexOf("  "u8) < 0 : !span.Contains((byte)' ')))
            return trimmed;
        if (quotes && span[0] == '"' && span[1..].IndexOfAny("\"\\"u8) == span.Length - 2)
            return trimmed.Slice(1, span.Length - 2);

        return Rewrite(span, spaced, comments, quotes);
    }

    /// <summary>Takes the backslashes of quoted pairs away, and the white space at the ends.</summary>
    public static Octets Unescape(Octets raw) => WithoutBackslashes(Trim(raw));

    public static Octets WithoutBackslashes(Octets raw)
    {
        if (!raw.Span.Contains((byte)'\\'))
            return raw;
        var words = new Words(raw.Length);
        var span = raw.Span;
        for (var i = 0; i < span.Length; i++)
        {
            if (span[i] == '\\' && i + 1 < span.Length)
                i++;
            words.Add(span[i]);
        }

        return words.ToOctets();
    }

    static Octets Rewrite(ReadOnlySpan<byte> span, bool spaced, bool comments, bool quotes)
    {
        var words = new Words(span.Length);
        var quoted = false;
        var depth = 0;
        for (var i = 0; i < span.Length; i++)
        {
            var octet = span[i];
            if (octet == '\\' && i + 1 < span.Length)
            {
                i++;
                if (depth == 0)
                    words.Add(span[i]);
            }
            else if (octet == '(' && comments && !quoted)
                depth++;
            else if (octet == ')' && depth > 0)
            {
                depth--;
                words.Gap(spaced);
            }
            else if (depth > 0)
                continue;
            else if (octet == '"' && quotes)
                quoted = !quoted;
            else if (octet is (byte)' ' or (byte)'\t' && !quoted)
                words.Gap(spaced);
            else
                words.Add(octet);
        }

        return words.ToOctets();
    }

    static Octets Trim(Octets raw)
    {
        var lead = raw.Length - raw.Span.TrimStart(" \t"u8).Length;
        return raw.Slice(lead, raw.Span.Trim(" \t"u8).Length);
    }

    ref struct Words(int capacity)
    {
        readonly byte[] text = new byte[capacity];
        int length;
        bool gap;

        public void Gap(bool spaced) => gap = spaced && length > 0;

        public void Add(byte octet)
        {
            if (gap)
                text[length++] = (byte)' ';
            gap = false;
            text[length++] = octet;
        }

        public readonly Octets ToOctets() => new(text, 0, length);
    }
}
