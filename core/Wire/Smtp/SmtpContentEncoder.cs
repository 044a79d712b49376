namespace Cloud.Wire.Smtp;

/// <summary>Makes of a message's octets what may go out as lines: every line ends with CRLF, dots are doubled if need be.</summary>
/// <remarks>
/// A line feed alone ends a line; a carriage return alone becomes a space. Both as Postfix does it: neither may go out as it
/// is (RFC 5321 §2.3.8), for servers that take one for a line's end could be made to see a second message. Whoever signs
/// the message signs it in this form.
/// </remarks>
/// <param name="stuff">Whether dots at the start of lines are doubled (RFC 5321 §4.5.2): for DATA, not for BDAT.</param>
public struct SmtpContentEncoder(bool stuff)
{
    readonly bool stuff = stuff;
    bool isInLine;
    bool hasReturn; // A carriage return whose next octet is not here yet.

    /// <summary>Octets that may come of a number of them; <see cref="Finish"/> included.</summary>
    public static int MaxLength(int input) => 2 * input + 4;

    /// <param name="input">The next octets.</param>
    /// <param name="output">At least <see cref="MaxLength"/> of them.</param>
    /// <returns>Octets written.</returns>
    public int Encode(ReadOnlySpan<byte> input, Span<byte> output)
    {
        var written = 0;
        if (hasReturn && !input.IsEmpty)
        {
            hasReturn = false;
            if (input[0] == '\n')
            {
                written += EndLine(output);
                input = input[1..];
            }
            else
            {
                output[written++] = (byte)' ';
                isInLine = true;
            }
        }

        while (!input.IsEmpty)
        {
            if (stuff && !isInLine && input[0] == '.')
                output[written++] = (byte)'.';
            var run = Run(input);
            input[..run].CopyTo(output[written..]);
            written += run;
            input = input[run..];
            if (input.IsEmpty || stuff && !isInLine && input[0] == '.')
                continue;
            if (input[0] == '\n')
                written += EndLine(output[written..]);
            else if (input.Length == 1)
                hasReturn = true;
            else
            {
                output[written++] = (byte)' ';
                isInLine = true;
            }

            input = input[1..];
        }

        return written;
    }

    /// <summary>Ends the last line if it is not ended.</summary>
    /// <returns>Octets written, 3 at most.</returns>
    public int Finish(Span<byte> output)
    {
        var written = 0;
        if (hasReturn)
        {
            output[written++] = (byte)' ';
            (hasReturn, isInLine) = (false, true);
        }

        return isInLine ? written + EndLine(output[written..]) : written;
    }

    /// <summary>Octets that go out as they are: up to a stray line end, or a dot that needs another.</summary>
    int Run(ReadOnlySpan<byte> input)
    {
        var run = 0;
        while (true)
        {
            var next = input[run..].IndexOfAny((byte)'\r', (byte)'\n');
            if (next != 0)
                isInLine = true;
            if (next < 0)
                return input.Length;
            run += next;
            if (input[run] == '\n' || run + 1 == input.Length || input[run + 1] != '\n')
                return run;
            run += 2;
            isInLine = false;
            if (run == input.Length || stuff && input[run] == '.')
                return run;
        }
    }

    int EndLine(Span<byte> output)
    {
        "\r\n"u8.CopyTo(output);
        isInLine = false;
        return 2;
    }
}
