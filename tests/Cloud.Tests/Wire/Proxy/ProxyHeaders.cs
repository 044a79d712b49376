using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Cloud.Wire.Proxy;

namespace Cloud.Tests.Wire.Proxy;

/// <summary>Headers as proxies write them.</summary>
static class ProxyHeaders
{
    public const byte Local = 0x20;
    public const byte Proxied = 0x21;
    public const byte Tcp4 = 0x11;
    public const byte Tcp6 = 0x21;
    public const byte Unix = 0x31;

    static readonly IPEndPoint Here = new(IPAddress.Parse("192.0.2.25"), 25);
    static readonly IPEndPoint Here6 = new(IPAddress.Parse("2001:db8::25"), 25);

    /// <summary>Version 2 for a client.</summary>
    public static byte[] For(IPEndPoint client, params (byte Type, byte[] Value)[] values)
    {
        var v4 = client.AddressFamily == AddressFamily.InterNetwork;
        var here = v4 ? Here : Here6;
        byte[] addresses =
        [
            .. client.Address.GetAddressBytes(),
            .. here.Address.GetAddressBytes(),
            .. Number(client.Port),
            .. Number(here.Port),
        ];
        return Build(Proxied, v4 ? Tcp4 : Tcp6, addresses, values);
    }

    public static byte[] Build(byte command, byte family, byte[] addresses, params (byte Type, byte[] Value)[] values)
    {
        byte[] rest =
        [
            .. addresses,
            .. values.SelectMany(v => (byte[])[v.Type, .. Number(v.Value.Length), .. v.Value]),
        ];
        return [.. "\r\n\r\n\0\r\nQUIT\n"u8, command, family, .. Number(rest.Length), .. rest];
    }

    /// <summary>The header with a CRC-32C of itself as its last value.</summary>
    public static byte[] WithChecksum(IPEndPoint client)
    {
        var header = For(client, (0x03, [0, 0, 0, 0]));
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(^4), Crc32C(header));
        return header;
    }

    public static (ProxyStatus Status, ProxyHeader Header, int Taken) Take(byte[] octets) =>
        Take(new ReadOnlySequence<byte>(octets));

    public static (ProxyStatus Status, ProxyHeader Header, int Taken) Take(ReadOnlySequence<byte> octets)
    {
        var rest = octets;
        var status = ProxyHeader.Take(ref rest, out var header, out var fault);
        Assert.Equal(status == ProxyStatus.Bad, fault.Length > 0);
        return (status, header, (int)(octets.Length - rest.Length));
    }

    /// <summary>Bit by bit, as the polynomial is written down: not by the processor's instruction.</summary>
    static uint Crc32C(byte[] octets)
    {
        var sum = uint.MaxValue;
        foreach (var octet in octets)
        {
            sum ^= octet;
            for (var bit = 0; bit < 8; bit++)
                sum = (sum & 1) != 0 ? (sum >> 1) ^ 0x82F63B78 : sum >> 1;
        }
        return ~sum;
    }

    static byte[] Number(int value) => [(byte)(value >> 8), (byte)value];
}
