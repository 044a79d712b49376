using System.Buffers.Binary;

namespace Cloud.Dns.Messages;

/// <summary>The first twelve octets of a message. RFC 1035 §4.1.1.</summary>
readonly record struct MessageHeader(
    ushort Id,
    HeaderFlags Flags,
    ushort Questions,
    ushort Answers,
    ushort Authorities,
    ushort Additionals
)
{
    /// <summary>Octets.</summary>
    public const int Length = 12;

    const HeaderFlags CodeMask = (HeaderFlags)0x000F;

    public bool IsResponse => (Flags & HeaderFlags.Response) != 0;

    /// <summary>TC: the rest is to be had over TCP. RFC 7766 §5.</summary>
    public bool IsTruncated => (Flags & HeaderFlags.Truncated) != 0;

    /// <summary>A standard query, or its answer.</summary>
    public bool IsQuery => (Flags & HeaderFlags.OpcodeMask) == 0;

    /// <summary>The lower four bits of the response code.</summary>
    public ResponseCode Code => (ResponseCode)(Flags & CodeMask);

    public static bool TryRead(ReadOnlySpan<byte> message, out MessageHeader header)
    {
        header = default;
        if (message.Length < Length)
            return false;
        header = new(
            BinaryPrimitives.ReadUInt16BigEndian(message),
            (HeaderFlags)BinaryPrimitives.ReadUInt16BigEndian(message[2..]),
            BinaryPrimitives.ReadUInt16BigEndian(message[4..]),
            BinaryPrimitives.ReadUInt16BigEndian(message[6..]),
            BinaryPrimitives.ReadUInt16BigEndian(message[8..]),
            BinaryPrimitives.ReadUInt16BigEndian(message[10..])
        );
        return true;
    }
}

/// <summary>The second 16 bits of a header. RFC 1035 §4.1.1; AD is of RFC 4035 §3.2.3.</summary>
[Flags]
enum HeaderFlags : ushort
{
    None = 0,
    Response = 0x8000,
    OpcodeMask = 0x7800,
    Authoritative = 0x0400,
    Truncated = 0x0200,
    RecursionDesired = 0x0100,
    RecursionAvailable = 0x0080,
    Authenticated = 0x0020,
}
