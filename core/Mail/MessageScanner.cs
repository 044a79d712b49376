using Cloud.Mail.Bodies;

namespace Cloud.Mail;

/// <summary>Builds a <see cref="MessageIndex"/> while a message streams by. Never throws, however bad the mail.</summary>
/// <remarks>
/// How the bytes are cut makes no difference. What is held beside index and text stays under 128 KiB. Lines end in
/// LF; a CR before it belongs to the line end, any other CR is text. Where nested multiparts have the same boundary,
/// a delimiter is the innermost open one's. After <see cref="Complete"/> the scanner is spent.
/// </remarks>
/// <param name="text">Gets the text to search, of the same pass; null where nobody wants it.</param>
public sealed class MessageScanner(SearchableText? text = null)
{
    /// <summary>Levels of parts; beyond, a multipart or message is an opaque leaf. Real mail has under 20.</summary>
    public const int MaxDepth = 100;

    /// <summary>Parts of a message; the last one takes the rest. Real digests have hundreds.</summary>
    public const int MaxParts = 10_000;

    /// <summary>Octets kept of To, Cc, Bcc and References in the whole message: some 1,000 recipients.</summary>
    public const int MaxListText = 48 * 1024;

    /// <summary>Octets kept of the other envelope fields in the whole message.</summary>
    public const int MaxEnvelopeText = 32 * 1024;

    /// <summary>Octets kept of Content-* fields in the whole message: some 600 parts with names.</summary>
    public const int MaxContentText = 64 * 1024;

    /// <summary>Octets kept of one field that counts once, so that none crowds out the others.</summary>
    public const int MaxSingleField = 4 * 1024;

    /// <summary>Known fields kept of one header; a normal one has a dozen.</summary>
    public const int MaxFields = 256;

    /// <summary>Octets of one header block that fields are taken of. Real ones have 10 KiB, and no server known sends more
    /// than 1 MiB; its end is looked for beyond, since the body begins only there.</summary>
    public const int MaxHeaderBlock = 1024 * 1024;

    /// <summary>Octets looked at of one header line. RFC 5322 §2.1.1 allows 998.</summary>
    public const int MaxHeaderLine = 16 * 1024;

    /// <summary>Entries kept of each address field.</summary>
    public const int MaxAddresses = 2_000;

    /// <summary>Octets of a delimiter line, line end included. RFC 2046 §5.1.1 allows boundaries of 70.</summary>
    public const int MaxDelimiterLine = 1024;

    PartStack parts = PartStack.Rent(text);
    readonly LineCarry carry = new();
    long offset;
    long lines;
    int lineEnd; // octets of the last line end: 1 or 2
    byte last;
    bool inHeader = true;
    bool atLineStart = true;

    public void Write(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
            bytes = bytes[(inHeader ? ScanHeader(bytes) : ScanBody(bytes))..];
    }

    /// <summary>Ends the message.</summary>
    public MessageIndex Complete()
    {
        if (carry.Length > 0)
        {
            var line = carry.Line;
            var start = offset - carry.LineLength;
            if (inHeader)
                TakeHeaderLine(line, start, lineEnd, lines);
            else if (parts.Match(line) is { } match)
                TakeDelimiter(match, line, start, lineEnd, lines);
            else
                parts.Body(line);
        }

        carry.Release();
        var ended = parts;
        parts = null!; // it may serve another message from here on: to write on is a fault that has to show
        return ended.Complete(offset, lines);
    }

    int ScanHeader(ReadOnlySpan<byte> bytes)
    {
        var lf = bytes.IndexOf((byte)'\n');
        if (lf < 0)
        {
            carry.Append(bytes, MaxHeaderLine);
            Skip(bytes);
            return bytes.Length;
        }

        var line = bytes[..(lf + 1)];
        var start = offset - carry.LineLength;
        var whole = carry.Join(line, MaxHeaderLine);
        var cr = lf > 0 ? bytes[lf - 1] : last;
        var (endBefore, linesBefore) = (lineEnd, lines);
        lineEnd = cr == '\r' ? 2 : 1;
        Skip(line);
        TakeHeaderLine(whole, start, endBefore, linesBefore);
        carry.Clear();
        return line.Length;
    }

    void TakeHeaderLine(ReadOnlySpan<byte> line, long start, int endBefore, long linesBefore)
    {
        while (true)
        {
            if (parts.Match(line) is { } match)
            {
                TakeDelimiter(match, line, start, endBefore, linesBefore);
                return;
            }

            if (!inHeader)
            {
                TakeFirstLine(line, start);
                return;
            }

            var verdict = parts.HeaderLine(line, start);
            if (verdict == HeaderVerdict.More)
                return;

            // A line that is no field is the first of the body, so it may be a delimiter, or a field of the message
            // inside.
            var blank = verdict == HeaderVerdict.Blank;
            inHeader = parts.EndHeader(blank ? offset : start, blank ? lines : linesBefore);
            atLineStart = true;
            if (blank)
                return;
        }
    }

    /// <summary>A body begins without a blank line, with one that was taken for a field.</summary>
    void TakeFirstLine(ReadOnlySpan<byte> line, long start)
    {
        if (line.Length == offset - start)
            parts.Body(line);
        else
            parts.LoseBody();
    }

    int ScanBody(ReadOnlySpan<byte> bytes)
    {
        if (!parts.HasOpenBoundary)
        {
            Skip(bytes);
            parts.Body(bytes);
            return bytes.Length;
        }

        if (atLineStart)
            return ScanLineStart(bytes);

        var length = bytes.IndexOf("\n--"u8);
        if (length >= 0)
            length++;
        else if (bytes[^1] == '\n')
            length = bytes.Length;
        else if (bytes.EndsWith("\n-"u8))
            length = bytes.Length - 1;
        else
        {
            Skip(bytes);
            parts.Body(bytes);
            return bytes.Length;
        }

        var cr = length > 1 ? bytes[length - 2] : last;
        lineEnd = cr == '\r' ? 2 : 1;
        atLineStart = true;
        Skip(bytes[..length]);
        parts.Body(bytes[..length]);
        return length;
    }

    /// <summary>At a line that is a delimiter if it begins with two hyphens and goes on with a boundary.</summary>
    int ScanLineStart(ReadOnlySpan<byte> bytes)
    {
        if (carry.LineLength < 2 && bytes[0] != '-')
        {
            parts.Body(carry.Line);
            carry.Clear();
            atLineStart = false;
            return 0;
        }

        var lf = bytes.IndexOf((byte)'\n');
        var kept = carry.Length;
        if (lf < 0)
        {
            carry.Append(bytes, MaxDelimiterLine);
            Skip(bytes);
            if (carry.LineLength < MaxDelimiterLine)
                return bytes.Length;
            parts.Body(carry.Line[..kept]);
            parts.Body(bytes);
            carry.Clear();
            atLineStart = false;
            return bytes.Length;
        }

        var line = bytes[..(lf + 1)];
        var start = offset - carry.LineLength;
        var whole = carry.Join(line, MaxDelimiterLine + 1);
        var match = parts.Match(whole);
        var (endBefore, linesBefore) = (lineEnd, lines);
        lineEnd = (lf > 0 ? bytes[lf - 1] : last) == '\r' ? 2 : 1;
        Skip(line);
        if (match is { } found)
            TakeDelimiter(found, whole, start, endBefore, linesBefore);
        else
        {
            parts.Body(carry.Line[..kept]);
            parts.Body(line);
        }

        carry.Clear();
        return line.Length;
    }

    void TakeDelimiter(Delimiter delimiter, ReadOnlySpan<byte> line, long start, int endBefore, long linesBefore)
    {
        if (parts.TakesAsText(delimiter))
        {
            TakeFirstLine(line, start);
            atLineStart = true;
            return;
        }

        // RFC 2046 §5.1.1: the line end before a delimiter belongs to it.
        inHeader = parts.Delimit(delimiter, start - endBefore, linesBefore - 1, offset);
        atLineStart = true;
    }

    void Skip(ReadOnlySpan<byte> bytes)
    {
        lines += bytes.Count((byte)'\n');
        offset += bytes.Length;
        last = bytes[^1];
    }
}
