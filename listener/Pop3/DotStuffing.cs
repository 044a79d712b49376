using System.Buffers;

namespace Cloud.Listener.Pop3;

/// <summary>Doubles a dot at the start of a line (RFC 1939 §3), over bytes that come in pieces.</summary>
/// <remarks>
/// A line starts after CRLF and nowhere else: behind a bare CR or LF a dot stays as it is, or a client that goes by the
/// standard would not get back what was stored.
/// </remarks>
struct DotStuffing()
{
    /// <summary>How much of a CRLF the bytes so far end in: 0, 1 or 2 octets. The beginning is a line's start.</summary>
    int newline = 2;

    /// <summary>True when what was written ends in CRLF, or is nothing.</summary>
    public readonly bool AtLineStart => newline == 2;

    public void Write(IBufferWriter<byte> output, ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            return;
        if (newline == 1 && bytes[0] == '\n')
        {
            output.Write(bytes[..1]);
            bytes = bytes[1..];
            newline = 2;
            if (bytes.IsEmpty)
                return;
        }
        if (newline == 2 && bytes[0] == '.')
            output.Write("."u8);

        int found;
        while ((found = bytes.IndexOf("\r\n."u8)) >= 0)
        {
            output.Write(bytes[..(found + 3)]);
            output.Write("."u8);
            newline = 0;
            bytes = bytes[(found + 3)..];
        }
        output.Write(bytes);
        if (!bytes.IsEmpty)
            newline =
                bytes.EndsWith("\r\n"u8) ? 2
                : bytes[^1] == '\r' ? 1
                : 0;
    }
}
