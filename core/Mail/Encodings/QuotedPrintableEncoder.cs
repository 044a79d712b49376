using System.Buffers;

namespace Cloud.Mail.Encodings;

/// <summary>quoted-printable in lines of at most 76 characters. RFC 2045 §6.7.</summary>
/// <param name="binary">Line ends are data and are escaped. Otherwise CRLF and LF end a line and are written as CRLF;
/// a CR alone is escaped.</param>
public sealed class QuotedPrintableEncoder(bool binary = false) : TransferCoder
{
    /// <summary>Characters of a line before the equals sign of a soft break (rule 5).</summary>
    const int MaxLine = 75;

    /// <summary>Octets encoded at a time.</summary>
    const int MaxPiece = 4 * 1024;

    int column;
    byte white; // held until it shows whether a line ends after it
    bool cr;

    public override void Write(ReadOnlySpan<byte> octets, IBufferWriter<byte> target)
    {
        while (!octets.IsEmpty)
        {
            var piece = octets[..Math.Min(octets.Length, MaxPiece)];
            octets = octets[piece.Length..];
            var output = target.GetSpan(4 * piece.Length + 16);
            var written = 0;
            foreach (var octet in piece)
                Take(octet, output, ref written);
            target.Advance(written);
        }
    }

    public override void Complete(IBufferWriter<byte> target)
    {
        var output = target.GetSpan(16);
        var written = 0;
        if (cr)
            EndStrayReturn(output, ref written);
        else if (white != 0)
            Escape(white, output, ref written);
        target.Advance(written);
        (column, white) = (0, 0);
    }

    void Take(byte octet, Span<byte> output, ref int written)
    {
        if (!binary && octet == '\n')
        {
            EndLine(output, ref written);
            return;
        }

        if (cr)
            EndStrayReturn(output, ref written);
        if (!binary && octet == '\r')
        {
            cr = true;
            return;
        }

        EndWhite(output, ref written);
        if (octet is (byte)' ' or (byte)'\t')
            white = octet;
        else if (octet is > (byte)' ' and <= (byte)'~' and not (byte)'=')
            Literal(octet, output, ref written);
        else
            Escape(octet, output, ref written);
    }

    void EndLine(Span<byte> output, ref int written)
    {
        if (white != 0)
            Escape(white, output, ref written); // rule 3: none may stand at the end of a line
        output[written++] = (byte)'\r';
        output[written++] = (byte)'\n';
        (column, white, cr) = (0, 0, false);
    }

    void EndStrayReturn(Span<byte> output, ref int written)
    {
        cr = false;
        EndWhite(output, ref written);
        Escape((byte)'\r', output, ref written);
    }

    void EndWhite(Span<byte> output, ref int written)
    {
        if (white != 0)
            Literal(white, output, ref written);
        white = 0;
    }

    void Literal(byte octet, Span<byte> output, ref int written)
    {
        if (octet == '-' && column == MaxLine)
        {
            Escape(octet, output, ref written); // what is broken here may go on like a delimiter of a multipart around it
            return;
        }

        MakeRoom(1, output, ref written);
        output[written++] = octet;
    }

    void Escape(byte octet, Span<byte> output, ref int written)
    {
        MakeRoom(3, output, ref written);
        output[written++] = (byte)'=';
        output[written++] = "0123456789ABCDEF"u8[octet >> 4];
        output[written++] = "0123456789ABCDEF"u8[octet & 0xF];
    }

    void MakeRoom(int size, Span<byte> output, ref int written)
    {
        if (column + size > MaxLine)
        {
            "=\r\n"u8.CopyTo(output[written..]);
            written += 3;
            column = 0;
        }

        column += size;
    }
}
