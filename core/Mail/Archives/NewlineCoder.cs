using System.Buffers;
using Cloud.Mail.Encodings;

namespace Cloud.Mail.Archives;

/// <summary>Changes line ends as octets stream by. A CR that is not before LF is text.</summary>
sealed class NewlineCoder(NewlineForm form) : TransferCoder
{
    /// <summary>Octets converted at a time.</summary>
    const int Piece = 1024;

    bool cr;

    public override void Write(ReadOnlySpan<byte> octets, IBufferWriter<byte> target)
    {
        if (form == NewlineForm.Kept)
        {
            target.Write(octets);
            return;
        }

        while (!octets.IsEmpty)
        {
            var piece = octets[..Math.Min(Piece, octets.Length)];
            target.Advance(Convert(piece, target.GetSpan(2 * Piece + 1)));
            octets = octets[piece.Length..];
        }
    }

    /// <param name="target">Room for a CR before each octet, and for one that was held.</param>
    int Convert(ReadOnlySpan<byte> octets, Span<byte> target)
    {
        var length = 0;
        while (!octets.IsEmpty)
        {
            if (cr && octets[0] != '\n')
                target[length++] = (byte)'\r';
            cr = false;
            var lf = octets.IndexOf((byte)'\n');
            var run = lf < 0 ? octets : octets[..lf];
            if (run.EndsWith("\r"u8))
            {
                run = run[..^1];
                cr = lf < 0; // its LF may come
            }
            run.CopyTo(target[length..]);
            length += run.Length;
            if (lf < 0)
                break;
            if (form == NewlineForm.CrLf)
                target[length++] = (byte)'\r';
            target[length++] = (byte)'\n';
            octets = octets[(lf + 1)..];
        }
        return length;
    }

    /// <summary>What is held is forgotten.</summary>
    public void Restart() => cr = false;

    public override void Complete(IBufferWriter<byte> target)
    {
        if (cr)
            target.Write("\r"u8);
        cr = false;
    }
}
