using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Cloud.Store.Local.Blobs;

enum RecordKind : byte
{
    /// <summary>A whole small blob.</summary>
    Put = 1,

    /// <summary>A piece of a large blob; means nothing until a commit names it.</summary>
    Chunk = 2,

    /// <summary>A large blob: the places of its chunks.</summary>
    Commit = 3,

    /// <summary>The name is free again.</summary>
    Tombstone = 4,
}

/// <param name="BlobLength">Octets of the whole blob.</param>
readonly record struct RecordHeader(RecordKind Kind, int NameLength, int DataLength, uint DataChecksum, long BlobLength)
{
    /// <summary>Bytes in the segment, padding included.</summary>
    public int Length => Record.LengthOf(NameLength, DataLength);
}

/// <summary>One entry of a segment.</summary>
/// <remarks>
/// <code>
/// 0  u32 CRC-32C of octets 4 to the name's end     8  u32 octets of data
/// 4  u8  kind                                     12  u32 CRC-32C of the data
/// 5  u8  version                                  16  i64 octets of the blob
/// 6  u16 octets of the name                       24  name, data, zeros up to a multiple of 8
/// </code>
/// Little-endian. Both checksums start from the store's random salt, so that a mail which contains the bytes of a
/// record is never taken for one. The header has its own, so that a scan need not read the data.
/// </remarks>
static class Record
{
    public const int HeaderLength = 24;
    public const int Alignment = 8;
    public const int MaxNameLength = 512;
    const byte Version = 1;

    public static int LengthOf(int nameLength, int dataLength) =>
        (HeaderLength + nameLength + dataLength + Alignment - 1) & -Alignment;

    public static uint Checksum(uint salt, ReadOnlySpan<byte> bytes)
    {
        var crc = ~salt;
        for (; bytes.Length >= 8; bytes = bytes[8..])
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var octet in bytes)
            crc = BitOperations.Crc32C(crc, octet);
        return ~crc;
    }

    /// <summary>Completes a record whose name and data are in place.</summary>
    /// <param name="room">At least <see cref="LengthOf"/> octets.</param>
    /// <returns>Its length.</returns>
    public static int Seal(Span<byte> room, RecordKind kind, int nameLength, int dataLength, long blobLength, uint salt)
    {
        var length = LengthOf(nameLength, dataLength);
        var data = room.Slice(HeaderLength + nameLength, dataLength);
        room[(HeaderLength + nameLength + dataLength)..length].Clear();
        room[4] = (byte)kind;
        room[5] = Version;
        BinaryPrimitives.WriteUInt16LittleEndian(room[6..], (ushort)nameLength);
        BinaryPrimitives.WriteInt32LittleEndian(room[8..], dataLength);
        BinaryPrimitives.WriteUInt32LittleEndian(room[12..], Checksum(salt, data));
        BinaryPrimitives.WriteInt64LittleEndian(room[16..], blobLength);
        BinaryPrimitives.WriteUInt32LittleEndian(room, Checksum(salt, room[4..(HeaderLength + nameLength)]));
        return length;
    }

    /// <summary>A record of a name and data that are not in place yet.</summary>
    public static byte[] Create(RecordKind kind, string name, ReadOnlySpan<byte> data, long blobLength, uint salt)
    {
        var record = new byte[LengthOf(name.Length, data.Length)];
        Encoding.ASCII.GetBytes(name, record.AsSpan(HeaderLength));
        data.CopyTo(record.AsSpan(HeaderLength + name.Length));
        Seal(record, kind, name.Length, data.Length, blobLength, salt);
        return record;
    }

    /// <param name="bytes">Starts at the record; has its name too, if that is all there.</param>
    /// <returns>False when no record is here, or its header is damaged.</returns>
    public static bool TryReadHeader(ReadOnlySpan<byte> bytes, uint salt, out RecordHeader header)
    {
        header = default;
        if (bytes.Length < HeaderLength || bytes[5] != Version || bytes[4] is < 1 or > 4)
            return false;
        var nameLength = BinaryPrimitives.ReadUInt16LittleEndian(bytes[6..]);
        var dataLength = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]);
        if (nameLength is 0 or > MaxNameLength || dataLength < 0 || bytes.Length < HeaderLength + nameLength)
            return false;
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Checksum(salt, bytes[4..(HeaderLength + nameLength)]))
            return false;
        header = new(
            (RecordKind)bytes[4],
            nameLength,
            dataLength,
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[16..])
        );
        return true;
    }
}
