using System.Buffers;

namespace Cloud.Mail.Encodings;

/// <summary>quoted-printable, RFC 2045 §6.7, however damaged.</summary>
/// <remarks>
/// White space at the end of a line goes (rule 3), also where it follows the equals sign of a soft line break. Hex
/// digits may be lower case. An equals sign that begins neither escape nor soft break stays as it stands, and so
/// does every other octet. Line ends stay what they are, CRLF or LF.
/// </remarks>
public sealed class QuotedPrintableDecoder : TransferCoder
{
    /// <summary>Octets of white space held until it shows whether a line ends there; RFC 2045 allows lines of 76.</summary>
    const int MaxHeld = 256;

    /// <summary>Octets decoded at a time.</summary>
    const int MaxPiece = 16 * 1024;

    /// <summary>White space whose meaning the next octets tell, or an equals sign with what followed it.</summary>
    readonly byte[] held = new byte[MaxHeld];
    int heldLength;

    public override void Write(ReadOnlySpan<byte> octets, IBufferWriter<byte> target)
    {
        while (!octets.IsEmpty)
        {
            var piece = octets[..Math.Min(octets.Length, MaxPiece)];
            octets = octets[piece.Length..];
            var output = new Output(target.GetSpan(piece.Length + MaxHeld));
            Decode(piece, ref output);
            target.Advance(output.Length);
        }
    }

    public override void Complete(IBufferWriter<byte> target)
    {
        if (HoldsDigit)
            target.Write(held.AsSpan(0, heldLength));
        heldLength = 0; // white space before the end, or a soft break that lost its line end
    }

    bool HoldsEquals => heldLength > 0 && held[0] == '=';
    bool HoldsDigit => HoldsEquals && heldLength == 2 && char.IsAsciiHexDigit((char)held[1]);

    void Decode(ReadOnlySpan<byte> octets, ref Output output)
    {
        while (!octets.IsEmpty)
        {
            if (heldLength > 0)
            {
                TakeAfterHeld(octets[0], ref output);
                octets = octets[1..];
                continue;
            }

            var stop = octets.IndexOfAny((byte)'=', (byte)'\n');
            var run = stop < 0 ? octets : octets[..stop];
            var isEquals = stop >= 0 && octets[stop] == '=';
            var kept = isEquals ? run.Length : WithoutTail(run);
            output.Add(run[..kept]);
            Hold(run[kept..]);
            if (stop < 0)
                return;

            octets = octets[stop..];
            if (isEquals && TryEscape(octets, out var octet))
            {
                output.Add(octet);
                octets = octets[3..];
                continue;
            }

            if (isEquals)
                Hold(octets[..1]);
            else
                EndLine(ref output);
            octets = octets[1..];
        }
    }

    void TakeAfterHeld(byte octet, ref Output output)
    {
        if (HoldsDigit && Hex.TryOctet(held[1], octet, out var escaped))
        {
            output.Add(escaped);
            heldLength = 0;
        }
        else if (HoldsEquals && heldLength == 1 && char.IsAsciiHexDigit((char)octet))
            held[heldLength++] = octet;
        else if (octet == '\n' && !HoldsDigit)
            EndLine(ref output);
        else if (IsWhite(octet) && !HoldsDigit && heldLength < MaxHeld)
            held[heldLength++] = octet;
        else
        {
            output.Add(held.AsSpan(0, heldLength));
            heldLength = 0;
            if (octet == '=' || IsWhite(octet))
                held[heldLength++] = octet;
            else
                output.Add(octet);
        }
    }

    /// <summary>At LF: a soft break leaves nothing, a hard one itself.</summary>
    void EndLine(ref Output output)
    {
        if (!HoldsEquals)
        {
            if (heldLength > 0 && held[heldLength - 1] == '\r')
                output.Add((byte)'\r');
            output.Add((byte)'\n');
        }

        heldLength = 0;
    }

    void Hold(ReadOnlySpan<byte> octets)
    {
        octets.CopyTo(held);
        heldLength = octets.Length;
    }

    /// <summary>How much of a run comes before the white space at its end, or before the last of it that can be held.</summary>
    static int WithoutTail(ReadOnlySpan<byte> run)
    {
        var kept = run.TrimEnd(" \t\r"u8).Length;
        var white = run.Length - kept;
        return white <= MaxHeld ? kept : kept + (white - 1) / MaxHeld * MaxHeld;
    }

    static bool TryEscape(ReadOnlySpan<byte> octets, out byte octet)
    {
        octet = 0;
        return octets.Length >= 3 && Hex.TryOctet(octets[1], octets[2], out octet);
    }

    static bool IsWhite(byte octet) => octet is (byte)' ' or (byte)'\t' or (byte)'\r';

    ref struct Output(Span<byte> span)
    {
        readonly Span<byte> span = span;

        public int Length { get; private set; }

        public void Add(byte octet) => span[Length++] = octet;

        public void Add(ReadOnlySpan<byte> octets)
        {
            octets.CopyTo(span[Length..]);
            Length += octets.Length;
        }
    }
}
