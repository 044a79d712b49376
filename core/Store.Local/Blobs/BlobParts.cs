using System.Buffers;
using System.Text;
using Cloud.Store.Ports;
using Microsoft.Win32.SafeHandles;

namespace Cloud.Store.Local.Blobs;

/// <summary>Reads records by their place and checks what it reads.</summary>
static class BlobParts
{
    /// <summary>Reads one record's data.</summary>
    /// <param name="room">At least the record's octets.</param>
    /// <param name="name">Whose record it must be; null takes any.</param>
    /// <returns>The data, a part of <paramref name="room"/>.</returns>
    /// <exception cref="StoreException">The disk fails, or what is there is not what was written.</exception>
    public static Memory<byte> Read(SafeFileHandle file, Extent at, uint salt, string? name, Memory<byte> room)
    {
        var record = room.Span[..at.Length];
        try
        {
            if (RandomAccess.Read(file, record, at.Offset) < record.Length)
                throw new StoreException($"Segment {at.Segment} ends before {at.Offset + at.Length}");
        }
        catch (IOException cause)
        {
            throw new StoreException($"Segment {at.Segment} cannot be read at {at.Offset}", cause);
        }
        if (
            !Record.TryReadHeader(record, salt, out var header)
            || header.Length != at.Length
            || (name is not null && !Ascii.Equals(record.Slice(Record.HeaderLength, header.NameLength), name))
        )
            throw new StoreException($"Segment {at.Segment} holds another record at {at.Offset}, or a damaged one");
        var data = room.Slice(Record.HeaderLength + header.NameLength, header.DataLength);
        if (Record.Checksum(salt, data.Span) != header.DataChecksum)
            throw new StoreException($"Segment {at.Segment} is damaged at {at.Offset}");
        return data;
    }

    /// <summary>The pieces of a large blob.</summary>
    /// <param name="commit">Its commit record.</param>
    /// <returns>Null when the segment is gone.</returns>
    public static Chunk[]? ReadChunks(SegmentFiles files, Extent commit)
    {
        var lease = files.Acquire(commit.Segment);
        if (lease is null)
            return null;
        var room = ArrayPool<byte>.Shared.Rent(commit.Length);
        try
        {
            return Chunk.Unpack(Read(lease.Handle, commit, files.Salt, null, room).Span);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(room);
            files.Release(lease);
        }
    }
}
