using System.Buffers;
using Cloud.Mail.Encodings;

namespace Cloud.Mail.SevenBit;

/// <summary>Takes a body out of one encoding and puts it into another.</summary>
sealed class Recoder(TransferCoder decoder, TransferCoder encoder) : TransferCoder
{
    /// <summary>Octets decoded at a time.</summary>
    const int Block = 4096;

    readonly ArrayBufferWriter<byte> decoded = new(Block);

    public override void Write(ReadOnlySpan<byte> octets, IBufferWriter<byte> target)
    {
        for (; !octets.IsEmpty; octets = octets[Math.Min(octets.Length, Block)..])
        {
            decoder.Write(octets[..Math.Min(octets.Length, Block)], decoded);
            Pass(target);
        }
    }

    public override void Complete(IBufferWriter<byte> target)
    {
        decoder.Complete(decoded);
        Pass(target);
        encoder.Complete(target);
    }

    void Pass(IBufferWriter<byte> target)
    {
        encoder.Write(decoded.WrittenSpan, target);
        decoded.ResetWrittenCount();
    }
}
