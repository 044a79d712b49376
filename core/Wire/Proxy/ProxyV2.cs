using System.Buffers.Binary;
using System.Net;
using System.Numerics;

namespace Cloud.Wire.Proxy;

/// <summary>Sixteen octets, addresses, and further values (TLVs): PROXY protocol §2.2.</summary>
/// <remarks>
/// Of the values only CRC32C is looked into. AUTHORITY, SSL and the others are what a client said to the proxy, and no
/// decision here rests on them; that they fit into the header is checked all the same.
/// </remarks>
static class ProxyV2
{
    /// <summary>Signature, version and command, family and protocol, length.</summary>
    const int FixedOctets = 16;

    /// <summary>The fixed part with addresses and values of 2 KiB: HAProxy itself writes less than 600 octets.</summary>
    public const int MaxOctets = FixedOctets + 2048;

    /// <summary>Addresses' octets by family: IPv4 with ports, IPv6 with ports, two UNIX paths of 108.</summary>
    const int Inet = 12;
    const int Inet6 = 36;
    const int Unix = 216;

    const byte Crc32C = 0x03;

    public static ReadOnlySpan<byte> Signature => "\r\n\r\n\0\r\nQUIT\n"u8;

    public static ProxyStatus Read(ReadOnlySpan<byte> octets, out ProxyHeader header, out int length, out string fault)
    {
        (header, length, fault) = (default, 0, "");
        var common = Math.Min(octets.Length, Signature.Length);
        if (!octets[..common].SequenceEqual(Signature[..common]))
            return Bad("it begins with something else", out fault);
        if (octets.Length < FixedOctets)
            return ProxyStatus.Incomplete;

        var (command, family) = (octets[12], octets[13]);
        if (command is not (0x20 or 0x21))
            return Bad("its version or command is unknown", out fault);
        if (FixedOctets + BinaryPrimitives.ReadUInt16BigEndian(octets[14..]) is var whole && whole > MaxOctets)
            return Bad("it is too long", out fault);
        if (octets.Length < whole)
            return ProxyStatus.Incomplete;

        var addresses = AddressOctets(family);
        if (addresses < 0)
            return Bad("its family or protocol is unknown", out fault);
        if (whole < FixedOctets + addresses)
            return Bad("its addresses are cut off", out fault);
        // Behind UNSPEC nothing is known to be anything (§2.2: "must ignore").
        if (family != 0 && !AreSound(octets[..whole], FixedOctets + addresses))
            return Bad("its values overrun it, or its checksum is wrong", out fault);

        length = whole;
        header = new(IsLocal: command == 0x20, command == 0x20 ? null : Source(family, octets[FixedOctets..whole]));
        return ProxyStatus.Header;
    }

    /// <summary>Octets of a family's addresses with stream or datagram protocol; -1 for what is not defined.</summary>
    static int AddressOctets(byte family) =>
        family switch
        {
            0x00 => 0,
            0x11 or 0x12 => Inet,
            0x21 or 0x22 => Inet6,
            0x31 or 0x32 => Unix,
            _ => -1,
        };

    /// <summary>Mail comes over TCP only: anything else is a client that cannot be told.</summary>
    static IPEndPoint? Source(byte family, ReadOnlySpan<byte> addresses) =>
        family switch
        {
            0x11 => new(new IPAddress(addresses[..4]), BinaryPrimitives.ReadUInt16BigEndian(addresses[8..])),
            0x21 => new(new IPAddress(addresses[..16]), BinaryPrimitives.ReadUInt16BigEndian(addresses[32..])),
            _ => null,
        };

    /// <summary>Type, length in two octets, value: each whole; a checksum, if there is one, right.</summary>
    static bool AreSound(ReadOnlySpan<byte> header, int from)
    {
        while (from < header.Length)
        {
            if (header.Length - from < 3)
                return false;
            var value = from + 3;
            var end = value + BinaryPrimitives.ReadUInt16BigEndian(header[(from + 1)..]);
            if (end > header.Length)
                return false;
            if (header[from] == Crc32C && (end - value != 4 || !IsChecksum(header, value)))
                return false;
            from = end;
        }
        return true;
    }

    /// <summary>CRC-32C over the whole header with the checksum's own octets as zeros (§2.2.4).</summary>
    static bool IsChecksum(ReadOnlySpan<byte> header, int at)
    {
        var sum = uint.MaxValue;
        for (var i = 0; i < header.Length; i++)
            sum = BitOperations.Crc32C(sum, i >= at && i < at + 4 ? (byte)0 : header[i]);
        return ~sum == BinaryPrimitives.ReadUInt32BigEndian(header[at..]);
    }

    static ProxyStatus Bad(string why, out string fault)
    {
        fault = why;
        return ProxyStatus.Bad;
    }
}
