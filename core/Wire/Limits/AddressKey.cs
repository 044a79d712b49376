using System.Net;
using System.Net.Sockets;

namespace Cloud.Wire.Limits;

/// <summary>Those whose deeds count together: a prefix of an address, as a value that needs no memory of its own.</summary>
/// <param name="Prefix">The address's leading bits, IPv4 as mapped into IPv6, the others zero.</param>
/// <param name="Bits">How many of the 128 count.</param>
public readonly record struct AddressKey(UInt128 Prefix, byte Bits)
{
    const int MappedBits = 96;

    /// <summary>One IPv4 address, or the IPv6 /64 that is the least a subscriber gets.</summary>
    public static AddressKey Subscriber(IPAddress address) => Of(address, 32, 64);

    /// <summary>The neighbourhood one operator usually holds: IPv4 /24, IPv6 /48.</summary>
    public static AddressKey Network(IPAddress address) => Of(address, 24, 48);

    /// <param name="bits4">Bits that count of an IPv4 address, 0 to 32.</param>
    /// <param name="bits6">Of an IPv6 address, 0 to 128.</param>
    public static AddressKey Of(IPAddress address, int bits4, int bits6)
    {
        Span<byte> octets = stackalloc byte[16];
        octets.Clear();
        var bits = bits6;
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            octets[10..12].Fill(0xFF);
            address.TryWriteBytes(octets[12..], out _);
            bits = MappedBits + bits4;
        }
        else
        {
            address.TryWriteBytes(octets, out _);
            if (address.IsIPv4MappedToIPv6)
                bits = MappedBits + bits4;
        }
        var value = System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(octets);
        return new(bits == 0 ? UInt128.Zero : value & (UInt128.MaxValue << (128 - bits)), (byte)bits);
    }

    /// <summary>As an operator reads it: <c>192.0.2.1</c>, <c>2001:db8::/64</c>.</summary>
    public override string ToString()
    {
        Span<byte> octets = stackalloc byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(octets, Prefix);
        var address = new IPAddress(octets);
        if (!address.IsIPv4MappedToIPv6)
            return $"{address}/{Bits}";
        return Bits == 128 ? $"{address.MapToIPv4()}" : $"{address.MapToIPv4()}/{Bits - MappedBits}";
    }
}
