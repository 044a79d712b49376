namespace Cloud.Mail.Archives;

/// <summary>Cuts octets into lines as they stream by; of a long line, what is over the limit follows in pieces.</summary>
/// <remarks>How the octets are cut makes no difference to the first piece of a line.</remarks>
sealed class LinePieces
{
    /// <summary>Octets of a line's first piece.</summary>
    public const int MaxLine = MboxSeparator.MaxLine;

    readonly byte[] held = new byte[MaxLine];
    int length;
    bool inLine;

    /// <summary>Nothing is held, and what comes next begins a line.</summary>
    public bool IsAtStart => length == 0 && !inLine;

    /// <param name="input">Moved past the piece, or to its end.</param>
    /// <param name="piece">With its LF, where it has it; valid until the next call.</param>
    /// <param name="isStart">A line begins with it.</param>
    /// <returns>False when the rest of a line is missing.</returns>
    public bool Next(ref ReadOnlySpan<byte> input, out ReadOnlySpan<byte> piece, out bool isStart)
    {
        piece = default;
        isStart = !inLine;
        if (input.IsEmpty)
            return false;

        var lf = input.IndexOf((byte)'\n');
        var line = lf < 0 ? input : input[..(lf + 1)];
        if (!inLine)
            line = line[..Math.Min(line.Length, MaxLine - length)];
        input = input[line.Length..];
        if (!inLine && (length > 0 || line[^1] != '\n' && line.Length < MaxLine))
        {
            line.CopyTo(held.AsSpan(length));
            length += line.Length;
            if (line[^1] != '\n' && length < MaxLine)
                return false;
            line = held.AsSpan(0, length);
            length = 0;
        }

        piece = line;
        inLine = line[^1] != '\n';
        return true;
    }

    /// <summary>What comes next begins a line; what is held is forgotten.</summary>
    public void Restart() => (length, inLine) = (0, false);

    /// <summary>The last line, if it has no LF.</summary>
    public bool Last(out ReadOnlySpan<byte> piece)
    {
        piece = held.AsSpan(0, length);
        (length, inLine) = (0, false);
        return !piece.IsEmpty;
    }
}
