using System.Buffers;
using System.Text;
using Cloud.Mail.Encodings;
using Cloud.Mail.Headers;

namespace Cloud.Mail.SevenBit;

/// <summary>Lets a header tell another Content-Transfer-Encoding. All else stays, octet for octet.</summary>
sealed class EncodingField(SevenBitEdit edit) : TransferCoder
{
    /// <summary>Octets of a line by which it is known whether it is that field, white space before its colon and all.</summary>
    const int MaxStart = 256;

    readonly byte[] start = new byte[MaxStart];
    int length; // of a line's start that is not known yet
    bool isInLine; // of one that is known
    bool isDropped; // the field of that line
    bool isTold;
    bool hasVersion;
    bool isOver;
    byte last = (byte)'\n';

    public override void Write(ReadOnlySpan<byte> octets, IBufferWriter<byte> target)
    {
        while (!octets.IsEmpty)
        {
            var lf = octets.IndexOf((byte)'\n');
            var line = lf < 0 ? octets : octets[..(lf + 1)];
            if (!isInLine)
                line = line[..Math.Min(line.Length, MaxStart - length)];
            octets = octets[line.Length..];
            if (isInLine)
            {
                Pass(line, target);
                isInLine = line[^1] != '\n';
                continue;
            }

            line.CopyTo(start.AsSpan(length));
            length += line.Length;
            if (line[^1] == '\n' || length == MaxStart)
                Begin(target);
        }
    }

    public override void Complete(IBufferWriter<byte> target)
    {
        if (length > 0)
            Begin(target);
        if (isOver || !edit.EndsHeader)
            return;
        if (last != '\n')
            target.Write("\r\n"u8);
        Tell(target);
        target.Write("\r\n"u8);
    }

    void Begin(IBufferWriter<byte> target)
    {
        var line = start.AsSpan(0, length);
        length = 0;
        isInLine = line[^1] != '\n';
        if (line[0] is not ((byte)' ' or (byte)'\t'))
            Take(line, target);
        Pass(line, target);
    }

    /// <summary>A field begins, or the header ends.</summary>
    void Take(ReadOnlySpan<byte> line, IBufferWriter<byte> target)
    {
        isDropped = false;
        if (line is [(byte)'\n'] || line.SequenceEqual("\r\n"u8))
        {
            Tell(target);
            isOver = true;
            return;
        }

        var colon = Math.Max(0, HeaderReader.Colon(line));
        var name = line[..colon].TrimEnd(" \t"u8);
        hasVersion |= Ascii.EqualsIgnoreCase(name, "MIME-Version"u8);
        isDropped = edit.Encoding is not null && Ascii.EqualsIgnoreCase(name, "Content-Transfer-Encoding"u8);
        if (!isDropped || isTold)
            return;
        WriteField(target);
    }

    /// <summary>What the header had not: the field; and a message's has to name MIME for it (RFC 2045 §4).</summary>
    void Tell(IBufferWriter<byte> target)
    {
        if (edit.Encoding is null)
            return;
        if (edit.IsMessage && !hasVersion)
            target.Write("MIME-Version: 1.0\r\n"u8);
        if (!isTold)
            WriteField(target);
    }

    void WriteField(IBufferWriter<byte> target)
    {
        isTold = true;
        target.Write("Content-Transfer-Encoding: "u8);
        target.Write(Encoding.ASCII.GetBytes(edit.Encoding!));
        target.Write("\r\n"u8);
        last = (byte)'\n';
    }

    void Pass(ReadOnlySpan<byte> line, IBufferWriter<byte> target)
    {
        if (isDropped)
            return;
        target.Write(line);
        last = line[^1];
    }
}
