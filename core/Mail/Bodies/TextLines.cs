namespace Cloud.Mail.Bodies;

/// <summary>The lines of a text, without their ends (CRLF or LF), where they stand.</summary>
readonly ref struct TextLines
{
    readonly ReadOnlySpan<Range> ranges;

    /// <param name="text">Any.</param>
    /// <param name="room">As many as lines are wanted; the last one takes the rest of the text.</param>
    public TextLines(ReadOnlySpan<char> text, Span<Range> room)
    {
        Text = text;
        var start = 0;
        for (var i = 0; i < room.Length; i++)
        {
            var lf = i < room.Length - 1 ? text[start..].IndexOf('\n') : -1;
            var end = lf < 0 ? text.Length : start + lf;
            room[i] = start..(end > start && lf >= 0 && text[end - 1] == '\r' ? end - 1 : end);
            start = end + 1;
        }

        ranges = room;
    }

    public ReadOnlySpan<char> Text { get; }

    public int Length => ranges.Length;

    public ReadOnlySpan<char> this[int line] => Text[ranges[line]];
}
