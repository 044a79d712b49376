using System.Text;

namespace Cloud.Wire.Smtp;

enum ReplyStatus
{
    /// <summary>Not all here yet: read more, then call again.</summary>
    Incomplete,
    Complete,

    /// <summary>No reply, or one over a limit. What follows cannot be read.</summary>
    Malformed,
}

/// <summary>Puts replies together from lines. RFC 5321 §4.2.1.</summary>
/// <remarks>A line feed alone ends a line, too: it is common, and a reply is told from the next one by its code.</remarks>
sealed class ReplyReader
{
    byte[] text = new byte[256];
    int length;
    int lines;
    bool isOver = true;

    /// <summary>200 to 599.</summary>
    public int Code { get; private set; }

    /// <summary>Lines without their codes, parted by line feeds. Valid until the next reply.</summary>
    public ReadOnlySpan<byte> Text => text.AsSpan(0, length);

    /// <summary>Why it is malformed.</summary>
    public string Fault { get; private set; } = "";

    /// <summary>Takes lines up to the end of a reply.</summary>
    /// <param name="input">Unread octets.</param>
    /// <param name="taken">Octets of whole lines that were read.</param>
    public ReplyStatus Take(ReadOnlySpan<byte> input, out int taken)
    {
        if (isOver)
            (length, lines, isOver) = (0, 0, false);
        taken = 0;
        while (true)
        {
            var rest = input[taken..];
            var end = rest.IndexOf((byte)'\n');
            if (end < 0)
            {
                return rest.Length < SmtpLimits.ReplyLine
                    ? ReplyStatus.Incomplete
                    : Malformed($"a reply line of more than {SmtpLimits.ReplyLine} octets");
            }

            if (end >= SmtpLimits.ReplyLine)
                return Malformed($"a reply line of more than {SmtpLimits.ReplyLine} octets");
            var line = rest[..end];
            taken += end + 1;
            if (line is [.., (byte)'\r'])
                line = line[..^1];
            if (!TryAdd(line, out var isLast))
                return ReplyStatus.Malformed;
            if (isLast)
            {
                isOver = true;
                return ReplyStatus.Complete;
            }
        }
    }

    public SmtpReply ToReply() => new(Code, Status(), Printable.Text(Text));

    bool TryAdd(ReadOnlySpan<byte> line, out bool isLast)
    {
        isLast = false;
        if (!TryCode(line, out var code))
        {
            Malformed($"what is no reply: {Printable.Text(line[..Math.Min(line.Length, 80)])}");
            return false;
        }

        if (lines > 0 && code / 100 != Code / 100)
        {
            Malformed($"a reply that is {Code} and {code}");
            return false;
        }

        if (++lines > SmtpLimits.ReplyLines)
        {
            Malformed($"a reply of more than {SmtpLimits.ReplyLines} lines");
            return false;
        }

        Code = code;
        isLast = line.Length == 3 || line[3] == ' ';
        Append(line.Length > 4 ? line[4..] : default);
        return true;
    }

    /// <summary>Three digits, then the end, a space, or a hyphen if there are more lines.</summary>
    static bool TryCode(ReadOnlySpan<byte> line, out int code)
    {
        code = 0;
        if (line.Length < 3 || line.Length > 3 && line[3] is not ((byte)' ' or (byte)'-'))
            return false;
        if (
            line[0] is < (byte)'2' or > (byte)'5'
            || !char.IsAsciiDigit((char)line[1])
            || !char.IsAsciiDigit((char)line[2])
        )
            return false;
        code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
        return true;
    }

    void Append(ReadOnlySpan<byte> line)
    {
        var needed = length + line.Length + 1;
        if (needed > SmtpLimits.ReplyText)
            return;
        if (needed > text.Length)
            Array.Resize(ref text, Math.Min(SmtpLimits.ReplyText, Math.Max(needed, text.Length * 2)));
        if (lines > 1)
            text[length++] = (byte)'\n';
        line.CopyTo(text.AsSpan(length));
        length += line.Length;
    }

    ReplyStatus Malformed(string fault)
    {
        (Fault, isOver) = (fault, true);
        return ReplyStatus.Malformed;
    }

    /// <summary>At the start of the text, and of the code's class: one of another class is worth nothing.</summary>
    string? Status()
    {
        var text = Text;
        if (text.Length < 5 || text[0] != '0' + Code / 100 || text[0] == '3' || text[1] != '.')
            return null;
        var subject = Digits(text[2..]);
        var at = 2 + subject;
        if (subject == 0 || at >= text.Length || text[at] != '.')
            return null;
        var detail = Digits(text[(at + 1)..]);
        var end = at + 1 + detail;
        return detail > 0 && (end == text.Length || text[end] is (byte)' ' or (byte)'\n')
            ? Encoding.ASCII.GetString(text[..end])
            : null;
    }

    /// <summary>At most three, as RFC 3463 §2 has them.</summary>
    static int Digits(ReadOnlySpan<byte> text)
    {
        var count = 0;
        while (count < text.Length && count < 3 && char.IsAsciiDigit((char)text[count]))
            count++;
        return count;
    }
}
