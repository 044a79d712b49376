using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Cloud.Dns.Messages;

/// <summary>Reads one part of a message, from its start to its end; nothing beyond but where names point back to.</summary>
/// <remarks>
/// A name may go on at an earlier place (RFC 1035 §4.1.4). What that allows an attacker is cut off: a place that is not
/// before the one pointed from (forward, itself, loops), the header, labels of the two unknown kinds, names over their
/// length, and long ways of pointers that lead to pointers.
/// </remarks>
ref struct WireReader(ReadOnlySpan<byte> message, int start, int end)
{
    /// <summary>Pointers followed for one name: as many as it can have labels, each of which a sane one brings.</summary>
    const int MaxPointers = DnsName.MaxLength / 2;

    /// <summary>The two highest bits of a length say that it is a pointer instead.</summary>
    const int PointerBits = 0xC0;

    readonly ReadOnlySpan<byte> message = message;
    readonly int end = end;

    public int Position { get; private set; } = start;

    public readonly bool IsAtEnd => Position == end;

    public readonly bool Has(int length) => length <= end - Position;

    public bool TryOctet(out byte value)
    {
        value = 0;
        if (!TryTake(1, out var octets))
            return false;
        value = octets[0];
        return true;
    }

    public bool TryShort(out ushort value) => BinaryPrimitives.TryReadUInt16BigEndian(Take(sizeof(ushort)), out value);

    public bool TryLong(out uint value) => BinaryPrimitives.TryReadUInt32BigEndian(Take(sizeof(uint)), out value);

    public bool TryTake(int length, out ReadOnlySpan<byte> octets)
    {
        octets = default;
        if (!Has(length))
            return false;
        octets = message.Slice(Position, length);
        Position += length;
        return true;
    }

    /// <summary>All up to the end.</summary>
    public ReadOnlySpan<byte> Rest() => Take(end - Position);

    public bool TryName([NotNullWhen(true)] out DnsName? name)
    {
        name = null;
        var builder = new NameBuilder(stackalloc byte[DnsName.MaxLength]);
        var (at, limit, runStart) = (Position, end, Position);
        for (var pointers = 0; ; )
        {
            if (at >= limit)
                return false;
            var length = message[at++];
            if ((length & PointerBits) == PointerBits)
            {
                if (at >= limit || ++pointers > MaxPointers)
                    return false;
                var target = (length & ~PointerBits) << 8 | message[at++];
                if (target < MessageHeader.Length || target >= runStart)
                    return false;
                if (pointers == 1)
                    Position = at;
                (at, limit, runStart) = (target, message.Length, target);
            }
            else if (length == 0)
            {
                if (pointers == 0)
                    Position = at;
                return builder.TryComplete(out name);
            }
            else if (length > limit - at || !builder.AddLabel(message.Slice(at, length)))
            {
                return false; // Lengths of 64 to 191 are too long for a label, and fail here too.
            }
            else
            {
                at += length;
            }
        }
    }

    /// <summary>Nothing when there is less.</summary>
    ReadOnlySpan<byte> Take(int length) => TryTake(length, out var octets) ? octets : default;
}
