namespace Cloud.Mail;

/// <summary>A line that separates (or closes) the parts of the multipart at that level.</summary>
readonly record struct Delimiter(int Level, bool Closes);

/// <summary>The boundaries of the multiparts that are open, by level.</summary>
/// <remarks>
/// A line is compared with those alone of which the hash fits: a hundred levels and lines of three octets would
/// else cost a hundred comparisons a line.
/// </remarks>
sealed class Boundaries
{
    // FNV-1a of 32 bits. Who makes hashes collide gains nothing but the comparisons.
    const uint Basis = 2166136261;
    const uint Prime = 16777619;

    readonly uint[] hashes = new uint[MessageScanner.MaxDepth];
    readonly Octets[] texts = new Octets[MessageScanner.MaxDepth];
    int levels; // no boundary is open at that level or further in
    int count;

    public bool Any => count > 0;

    public void Open(int level, Octets boundary)
    {
        var hash = Basis;
        foreach (var octet in boundary.Span)
            hash = (hash ^ octet) * Prime;
        (hashes[level], texts[level]) = (hash, boundary);
        levels = level + 1;
        count++;
    }

    /// <summary>Closes that level's, if it is open; those further in are closed already.</summary>
    public void Close(int level)
    {
        if (level >= levels || texts[level].IsNil)
            return;
        (hashes[level], texts[level]) = (0, default);
        levels = level;
        count--;
    }

    public void Clear()
    {
        Array.Clear(hashes);
        Array.Clear(texts);
        (levels, count) = (0, 0);
    }

    /// <summary>The innermost open multipart that <paramref name="line"/> delimits.</summary>
    /// <remarks>
    /// RFC 2046 §5.1.1 is content with a line that begins with the boundary. Here white space has to follow, since
    /// one boundary may begin another; a line that is exactly one boundary is never taken for a shorter one.
    /// </remarks>
    public Delimiter? Match(ReadOnlySpan<byte> line)
    {
        if (!line.StartsWith("--"u8) || line.Length > MessageScanner.MaxDelimiterLine)
            return null;
        var text = line[2..].TrimEnd(" \t\r\n"u8);
        if (text.IsEmpty)
            return null;
        var hash = Basis;
        var closed = -1;
        var withJunk = new Delimiter(-1, Closes: false);
        for (var at = 0; at < text.Length; at++)
        {
            if (at > 0 && text[at] is (byte)' ' or (byte)'\t' or (byte)'-')
            {
                var rest = text[at..];
                var closes = rest.StartsWith("--"u8);
                if (closes && rest.Length == 2)
                    closed = Level(hash, text[..at]);
                else if (rest[closes ? 2 : 0] is (byte)' ' or (byte)'\t' && Level(hash, text[..at]) is var level)
                    withJunk = level > withJunk.Level ? new Delimiter(level, closes) : withJunk;
            }

            hash = (hash ^ text[at]) * Prime;
        }

        var separated = Level(hash, text);
        return separated > closed ? new Delimiter(separated, Closes: false)
            : closed >= 0 ? new Delimiter(closed, Closes: true)
            : withJunk.Level >= 0 ? withJunk
            : null;
    }

    int Level(uint hash, ReadOnlySpan<byte> boundary)
    {
        var left = hashes.AsSpan(0, levels);
        while (left.LastIndexOf(hash) is >= 0 and var level)
        {
            if (texts[level].Span.SequenceEqual(boundary))
                return level;
            left = left[..level];
        }

        return -1;
    }
}
