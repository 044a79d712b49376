namespace Cloud.Listener.Pop3;

/// <summary>Finds where TOP stops: after the header, the empty line and so many lines of the body (RFC 1939 §7).</summary>
/// <param name="lines">Lines of the body wanted.</param>
struct TopCut(int lines)
{
    int left = lines;
    bool inBody;
    bool afterCr;

    /// <summary>The line so far is empty.</summary>
    bool empty = true;

    /// <summary>True when nothing more is wanted.</summary>
    public bool IsDone { get; private set; }

    /// <returns>How many of the bytes are wanted.</returns>
    public int Take(ReadOnlySpan<byte> bytes)
    {
        var position = 0;
        while (position < bytes.Length && !IsDone)
        {
            var rest = bytes[position..];
            var lf = rest.IndexOf((byte)'\n');
            var line = lf < 0 ? rest : rest[..lf];
            var ended = lf >= 0 && (line.IsEmpty ? afterCr : line[^1] == '\r');
            // Empty still when all there is of it is the CR of its CRLF.
            empty = empty && (line.Length == 0 || (line.Length == 1 && line[0] == '\r' && !afterCr));
            if (ended)
                EndLine();
            else
                empty = empty && lf < 0;
            afterCr = lf < 0 && line[^1] == '\r';
            position += lf < 0 ? rest.Length : lf + 1;
        }
        return position;
    }

    void EndLine()
    {
        if (inBody)
            left--;
        else
            inBody = empty;
        empty = true;
        IsDone = inBody && left <= 0;
    }
}
