using System.Buffers;
using System.Text;
using Cloud.Mail.Encodings;

namespace Cloud.Mail.SevenBit;

/// <summary>Puts a message into 7 bit as it streams by. RFC 6152 §3, RFC 2045 §6.</summary>
/// <remarks>
/// Parts decode to what they were; text with line feeds alone gets CRLF, as on any way over SMTP. Octets beyond ASCII around
/// the parts of a multipart, which nobody is to see (RFC 2046 §5.1.1), are substituted. How the octets are cut
/// makes no difference. Under 32 KiB are held. After <see cref="Complete"/> it is spent.
/// </remarks>
/// <param name="plan">Of the same octets.</param>
public sealed class SevenBitConversion(SevenBitPlan plan)
{
    /// <summary>ASCII's own, and no octet of a field's name: a body that begins without a blank line stays no header.</summary>
    const byte Substitute = 0x1A;

    int next;
    long offset;
    SevenBitEdit? edit;
    TransferCoder? coder;

    /// <param name="octets">The message's next ones.</param>
    /// <param name="target">Gets up to four octets for each.</param>
    public void Write(ReadOnlySpan<byte> octets, IBufferWriter<byte> target)
    {
        while (!octets.IsEmpty)
        {
            Begin(target);
            var until = edit?.End ?? (next < plan.Edits.Count ? plan.Edits[next].Start : long.MaxValue);
            var piece = octets[..(int)Math.Min(octets.Length, until - offset)];
            if (coder is null)
                Copy(piece, target);
            else
                coder.Write(piece, target);
            offset += piece.Length;
            octets = octets[piece.Length..];
            End(target);
        }
    }

    public void Complete(IBufferWriter<byte> target)
    {
        Begin(target);
        if (edit is not null)
            coder!.Complete(target);
        (edit, coder) = (null, null);
    }

    /// <summary>Begins the edit that is due here; empty ones are over at once.</summary>
    void Begin(IBufferWriter<byte> target)
    {
        while (edit is null && next < plan.Edits.Count && plan.Edits[next].Start == offset)
        {
            edit = plan.Edits[next++];
            coder =
                edit.IsHeader ? new EncodingField(edit)
                : edit.Decoded is { } coded ? new Recoder(TransferCoder.Decoder(coded), Encoder(edit.Encoding))
                : Encoder(edit.Encoding);
            End(target);
        }
    }

    void End(IBufferWriter<byte> target)
    {
        if (edit is null || offset < edit.End)
            return;
        coder!.Complete(target);
        (edit, coder) = (null, null);
    }

    static TransferCoder Encoder(string? encoding) =>
        encoding == "base64" ? new Base64Encoder() : new QuotedPrintableEncoder();

    static void Copy(ReadOnlySpan<byte> octets, IBufferWriter<byte> target)
    {
        if (Ascii.IsValid(octets) && !octets.Contains((byte)0))
        {
            target.Write(octets);
            return;
        }

        var scrubbed = target.GetSpan(octets.Length);
        for (var i = 0; i < octets.Length; i++)
            scrubbed[i] = octets[i] is 0 or > 127 ? Substitute : octets[i];
        target.Advance(octets.Length);
    }
}
