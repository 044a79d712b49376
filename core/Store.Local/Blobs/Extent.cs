using System.Buffers.Binary;

namespace Cloud.Store.Local.Blobs;

/// <summary>Where a record lies.</summary>
/// <param name="Length">Octets of the record, padding included.</param>
readonly record struct Extent(int Segment, int Offset, int Length);

/// <summary>A piece of a large blob.</summary>
/// <param name="DataLength">Octets of the blob in it.</param>
readonly record struct Chunk(Extent At, int DataLength)
{
    /// <summary>Octets of a chunk in a commit record.</summary>
    const int Size = 16;

    public static byte[] Pack(IReadOnlyList<Chunk> chunks)
    {
        var bytes = new byte[chunks.Count * Size];
        for (var i = 0; i < chunks.Count; i++)
        {
            var at = bytes.AsSpan(i * Size);
            BinaryPrimitives.WriteInt32LittleEndian(at, chunks[i].At.Segment);
            BinaryPrimitives.WriteInt32LittleEndian(at[4..], chunks[i].At.Offset);
            BinaryPrimitives.WriteInt32LittleEndian(at[8..], chunks[i].At.Length);
            BinaryPrimitives.WriteInt32LittleEndian(at[12..], chunks[i].DataLength);
        }
        return bytes;
    }

    public static Chunk[] Unpack(ReadOnlySpan<byte> bytes)
    {
        var chunks = new Chunk[bytes.Length / Size];
        for (var i = 0; i < chunks.Length; i++)
        {
            var at = bytes.Slice(i * Size, Size);
            var extent = new Extent(
                BinaryPrimitives.ReadInt32LittleEndian(at),
                BinaryPrimitives.ReadInt32LittleEndian(at[4..]),
                BinaryPrimitives.ReadInt32LittleEndian(at[8..])
            );
            chunks[i] = new(extent, BinaryPrimitives.ReadInt32LittleEndian(at[12..]));
        }
        return chunks;
    }
}

/// <summary>What the index knows of a blob.</summary>
/// <param name="At">The put or commit record; of a deleted blob, its tombstone.</param>
/// <param name="Length">Octets of the blob.</param>
readonly record struct BlobEntry(RecordKind Kind, Extent At, long Length)
{
    public bool IsDeleted => Kind == RecordKind.Tombstone;
}
