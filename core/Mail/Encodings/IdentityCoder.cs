using System.Buffers;

namespace Cloud.Mail.Encodings;

/// <summary>7bit, 8bit and binary: the octets as they are. RFC 2045 §6.2.</summary>
public sealed class IdentityCoder : TransferCoder
{
    public override void Write(ReadOnlySpan<byte> octets, IBufferWriter<byte> target) => target.Write(octets);

    public override void Complete(IBufferWriter<byte> target) { }
}
