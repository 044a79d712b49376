namespace Cloud.Listener.Smtp;

/// <summary>Finds a DATA's message in what was sent: leading dots removed, up to the last line's dot.</summary>
/// <remarks>
/// Only <c>CRLF . CRLF</c> ends a message (RFC 5321 §4.1.1.4). A bare CR or LF begins no line, so that no other server
/// can be made to see two messages where this one sees one; it only marks the message as bad. No octet has to be held
/// back: a dot at a line's start is never the message's, nor is a CR after it.
/// </remarks>
sealed class DotDecoder
{
    State state = State.LineStart;

    enum State
    {
        LineStart,
        Text,
        Cr,
        Dot,
        DotCr,
    }

    public bool Ended { get; private set; }

    public bool HasBareNewline { get; private set; }

    /// <summary>Takes octets off up to the next dot to be left out, the end, or all of them.</summary>
    /// <param name="consumed">How many.</param>
    /// <returns>Where among them the message's octets are.</returns>
    public (int Start, int Length) Next(ReadOnlySpan<byte> input, out int consumed)
    {
        var at = 0;
        while (at < input.Length && !Ended && IsStuffing(input[at]))
            at++;
        var start = at;
        while (at < input.Length && !Ended && !(state == State.LineStart && input[at] == '.'))
            at += TakeText(input[at..]);
        consumed = at;
        return (start, at - start);
    }

    bool IsStuffing(byte octet)
    {
        switch (state)
        {
            case State.LineStart when octet == '.':
                state = State.Dot;
                return true;
            case State.Dot when octet == '\r':
                state = State.DotCr;
                return true;
            case State.DotCr when octet == '\n':
                Ended = true;
                return true;
            case State.DotCr:
                HasBareNewline = true;
                state = State.Text;
                return false;
            case State.Dot:
                state = State.Text;
                return false;
            default:
                return false;
        }
    }

    /// <summary>Takes one line, or what there is of it.</summary>
    int TakeText(ReadOnlySpan<byte> input)
    {
        if (state == State.Cr)
        {
            state = input[0] == '\n' ? State.LineStart : State.Text;
            HasBareNewline |= state == State.Text;
            return state == State.LineStart ? 1 : 0;
        }

        var end = input.IndexOfAny((byte)'\r', (byte)'\n');
        state = State.Text;
        if (end < 0)
            return input.Length;
        if (input[end] == '\r' && end + 1 == input.Length)
        {
            state = State.Cr;
            return end + 1;
        }
        if (input[end] == '\r' && input[end + 1] == '\n')
        {
            state = State.LineStart;
            return end + 2;
        }
        HasBareNewline = true;
        return end + 1;
    }
}
