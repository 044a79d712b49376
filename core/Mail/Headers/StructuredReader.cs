using System.Buffers;

namespace Cloud.Mail.Headers;

/// <summary>Takes words, comments and single characters off a structured field. RFC 5322 §3.2.</summary>
/// <remarks>A parenthesis or quote that is never closed is an ordinary character; each is looked for once.</remarks>
/// <param name="text">An unfolded value.</param>
ref struct StructuredReader(ReadOnlySpan<byte> text)
{
    readonly ReadOnlySpan<byte> bytes = text;
    int at;
    bool commentsEnd;
    bool quotesEnd;

    public readonly bool AtEnd => at >= bytes.Length;

    /// <summary>The next octet; 0 at the end.</summary>
    public readonly byte Next => at < bytes.Length ? bytes[at] : (byte)0;

    public readonly ReadOnlySpan<byte> Rest => bytes[at..];

    public void SkipWhite()
    {
        var length = bytes[at..].IndexOfAnyExcept((byte)' ', (byte)'\t');
        at = length < 0 ? bytes.Length : at + length;
    }

    /// <summary>White space and comments. RFC 5322 §3.2.2 CFWS.</summary>
    public void SkipSpace()
    {
        do SkipWhite();
        while (TryComment(out _));
    }

    public void SkipOne() => at = Math.Min(at + 1, bytes.Length);

    public bool TrySkip(byte octet)
    {
        if (AtEnd || bytes[at] != octet)
            return false;
        at++;
        return true;
    }

    /// <summary>The octets up to one of <paramref name="ends"/>; may be none.</summary>
    public ReadOnlySpan<byte> Until(SearchValues<byte> ends)
    {
        var length = bytes[at..].IndexOfAny(ends);
        var word = length < 0 ? bytes[at..] : bytes.Slice(at, length);
        at += word.Length;
        return word;
    }

    /// <summary>What stands between the quotes, backslashes still in it.</summary>
    public bool TryQuoted(out ReadOnlySpan<byte> quoted)
    {
        quoted = default;
        if (Next != '"' || quotesEnd)
            return false;
        for (var i = at + 1; i < bytes.Length; i++)
        {
            if (bytes[i] == '\\')
                i++;
            else if (bytes[i] == '"')
            {
                quoted = bytes[(at + 1)..i];
                at = i + 1;
                return true;
            }
        }

        return !(quotesEnd = true);
    }

    /// <summary>What stands between the parentheses, comments inside it included.</summary>
    public bool TryComment(out ReadOnlySpan<byte> comment)
    {
        comment = default;
        if (Next != '(' || commentsEnd)
            return false;
        var depth = 0;
        for (var i = at; i < bytes.Length; i++)
        {
            if (bytes[i] == '\\')
                i++;
            else if (bytes[i] == '(')
                depth++;
            else if (bytes[i] == ')' && --depth == 0)
            {
                comment = bytes[(at + 1)..i];
                at = i + 1;
                return true;
            }
        }

        return !(commentsEnd = true);
    }
}
