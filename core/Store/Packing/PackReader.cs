using System.Buffers.Binary;
using System.Text;
using Cloud.Store.Ports;

namespace Cloud.Store.Packing;

/// <summary>Reads what <see cref="PackWriter"/> wrote.</summary>
/// <exception cref="StoreException">From every method: the bytes end early or make no sense.</exception>
ref struct PackReader(ReadOnlySpan<byte> packed)
{
    ReadOnlySpan<byte> rest = packed;

    public readonly bool AtEnd => rest.IsEmpty;

    /// <summary>Octets not read yet.</summary>
    public readonly int Left => rest.Length;

    public byte Byte()
    {
        if (rest.IsEmpty)
            throw Damaged();
        var value = rest[0];
        rest = rest[1..];
        return value;
    }

    /// <summary>Insists on a version that this code knows.</summary>
    public void ExpectVersion(byte version)
    {
        if (Byte() != version)
            throw Damaged();
    }

    public ulong Varint()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var octet = Byte();
            value |= (ulong)(octet & 0x7F) << shift;
            if (octet < 0x80)
                return value;
        }
        throw Damaged();
    }

    public uint Varint32() => Varint() is <= uint.MaxValue and var value ? (uint)value : throw Damaged();

    /// <summary>Zigzag: small numbers of either sign are short.</summary>
    public long Signed()
    {
        var value = Varint();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    public ulong Fixed64()
    {
        if (rest.Length < 8)
            throw Damaged();
        var value = BinaryPrimitives.ReadUInt64LittleEndian(rest);
        rest = rest[8..];
        return value;
    }

    /// <summary>The next octets; they stay where they are.</summary>
    public ReadOnlySpan<byte> Bytes(ulong count)
    {
        if (count > (ulong)rest.Length)
            throw Damaged();
        var bytes = rest[..(int)count];
        rest = rest[(int)count..];
        return bytes;
    }

    public string? Text() => Varint() is > 0 and var length ? Encoding.UTF8.GetString(Bytes(length - 1)) : null;

    /// <summary>Octets with their length before them; they stay where they are.</summary>
    public ReadOnlySpan<byte> Counted() => Bytes(Varint());

    public DateTimeOffset? Time() =>
        Varint() switch
        {
            0 => null,
            <= LastMillisecond and var time => DateTimeOffset.FromUnixTimeMilliseconds((long)time - 1),
            _ => throw Damaged(),
        };

    /// <summary>The year 9999's last.</summary>
    const ulong LastMillisecond = 253_402_300_799_999;

    public static DamagedException Damaged() => new("A stored row is damaged");
}
