using Cloud.Mail.Headers;

namespace Cloud.Mail.Archives;

/// <summary>What a line at a message's beginning is to an mbox file.</summary>
enum MboxLine
{
    /// <summary>It ends the header, as a line that is no field does: it is the body's first.</summary>
    Body,

    /// <summary>A field of the message, or the mark of an mbox file that was taken into it.</summary>
    Field,

    /// <summary>White space at its start: of the field before.</summary>
    Continuation,

    /// <summary>Status or X-Status, in which mbox readers keep flags. It belongs to the file.</summary>
    Status,

    /// <summary>Content-Length, where the family has it. It belongs to the file.</summary>
    Length,
}

/// <summary>Tells the fields of a file from those of its messages: one rule for reader and writer.</summary>
static class MboxFields
{
    /// <summary>Ends a header where <see cref="HeaderReader"/> does; blank lines are the caller's.</summary>
    /// <param name="line">Without the mark of a quote.</param>
    /// <param name="isFirst">Of the message.</param>
    /// <param name="family">Of the file.</param>
    public static MboxLine Kind(ReadOnlySpan<byte> line, bool isFirst, MboxFamily family)
    {
        if (line[0] is (byte)' ' or (byte)'\t')
            return MboxLine.Continuation;
        if (isFirst && HeaderReader.IsMboxLine(line))
            return MboxLine.Field;
        var colon = HeaderReader.Colon(line);
        if (colon < 0)
            return MboxLine.Body;
        var name = line[..colon].TrimEnd(" \t"u8);
        if (MboxStatus.IsName(name))
            return MboxLine.Status;
        var isLength =
            family is MboxFamily.Mboxcl or MboxFamily.Mboxcl2
            && System.Text.Ascii.EqualsIgnoreCase(name, "Content-Length"u8);
        return isLength ? MboxLine.Length : MboxLine.Field;
    }

    public static ReadOnlySpan<byte> Value(ReadOnlySpan<byte> line) =>
        line[(HeaderReader.Colon(line) + 1)..].Trim(" \t\r\n"u8);

    public static bool IsBlank(ReadOnlySpan<byte> line) => line.SequenceEqual("\n"u8) || line.SequenceEqual("\r\n"u8);
}
