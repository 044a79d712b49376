using System.Buffers;
using System.Buffers.Text;

namespace Cloud.Mail.Encodings;

/// <summary>base64 in lines of 76 characters, with CRLF between them and none at the end. RFC 2045 §6.8.</summary>
public sealed class Base64Encoder : TransferCoder
{
    /// <summary>Octets of a line: 76 characters.</summary>
    const int LineOctets = 57;

    readonly byte[] held = new byte[LineOctets];
    int length;
    bool hasLines;

    public override void Write(ReadOnlySpan<byte> octets, IBufferWriter<byte> target)
    {
        if (length > 0)
        {
            var missing = Math.Min(LineOctets - length, octets.Length);
            octets[..missing].CopyTo(held.AsSpan(length));
            length += missing;
            octets = octets[missing..];
            if (length == LineOctets)
                EndLine(target);
        }

        for (; octets.Length >= LineOctets; octets = octets[LineOctets..])
            WriteLine(octets[..LineOctets], target);
        if (octets.IsEmpty)
            return;
        octets.CopyTo(held);
        length = octets.Length;
    }

    public override void Complete(IBufferWriter<byte> target)
    {
        if (length > 0)
            EndLine(target);
        hasLines = false;
    }

    void EndLine(IBufferWriter<byte> target)
    {
        WriteLine(held.AsSpan(0, length), target);
        length = 0;
    }

    void WriteLine(ReadOnlySpan<byte> line, IBufferWriter<byte> target)
    {
        if (hasLines)
            target.Write("\r\n"u8);
        hasLines = true;
        Base64.EncodeToUtf8(
            line,
            target.GetSpan(Base64.GetMaxEncodedToUtf8Length(line.Length)),
            out _,
            out var written
        );
        target.Advance(written);
    }
}
