using System.Buffers;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Cloud.Store.Local.Blobs;

/// <summary>Walks over the records of a segment.</summary>
/// <param name="start">Where a record begins.</param>
/// <param name="end">Octets of the file.</param>
sealed class SegmentScan(SafeFileHandle file, long start, long end, uint salt) : IDisposable
{
    /// <summary>Read at a time: several hundred small headers, or one skipped chunk.</summary>
    const int WindowBytes = 64 * 1024;

    readonly byte[] window = ArrayPool<byte>.Shared.Rent(WindowBytes);
    long windowAt;
    int windowLength;
    byte[] data = [];

    /// <summary>Where the next record begins.</summary>
    public long Position { get; private set; } = start;

    public RecordHeader Header { get; private set; }

    /// <summary>Where the current record begins.</summary>
    public long Offset { get; private set; }

    public string Name { get; private set; } = "";

    /// <returns>False at the end, or when no good record begins at <see cref="Position"/>.</returns>
    public bool MoveNext()
    {
        var bytes = Look(Position, Record.HeaderLength + Record.MaxNameLength);
        if (!Record.TryReadHeader(bytes, salt, out var header) || Position + header.Length > end)
            return false;
        Header = header;
        Name = Encoding.ASCII.GetString(bytes.Slice(Record.HeaderLength, header.NameLength));
        Offset = Position;
        Position += header.Length;
        return true;
    }

    /// <summary>Reads the current record whole.</summary>
    /// <returns>Null when its data is damaged; good until the next call.</returns>
    public ReadOnlyMemory<byte>? ReadRecord()
    {
        if (data.Length < Header.Length)
        {
            ArrayPool<byte>.Shared.Return(data);
            data = ArrayPool<byte>.Shared.Rent(Header.Length);
        }
        var record = data.AsMemory(0, Header.Length);
        if (RandomAccess.Read(file, record.Span, Offset) < record.Length)
            return null;
        var content = record.Span.Slice(Record.HeaderLength + Header.NameLength, Header.DataLength);
        // Not as one expression: there null would become an empty memory.
        if (Record.Checksum(salt, content) != Header.DataChecksum)
            return null;
        return record;
    }

    public ReadOnlyMemory<byte>? ReadData() =>
        ReadRecord()?.Slice(Record.HeaderLength + Header.NameLength, Header.DataLength);

    /// <summary>After damage: moves to the next place where a good header begins.</summary>
    /// <returns>False when there is none; then the position is the end.</returns>
    public bool FindNext()
    {
        for (Position += Record.Alignment; Position < end; Position += Record.Alignment)
        {
            var bytes = Look(Position, Record.HeaderLength);
            // Most of the way is data: the kind and version octets dismiss it cheaply.
            if (bytes.Length < 6 || bytes[4] is 0 or > 4 || bytes[5] != 1)
                continue;
            bytes = Look(Position, Record.HeaderLength + Record.MaxNameLength);
            if (Record.TryReadHeader(bytes, salt, out var header) && Position + header.Length <= end)
                return true;
        }
        Position = end;
        return false;
    }

    public void MoveTo(long position) => Position = position;

    /// <summary>Whether only zeros follow: room that was never written.</summary>
    public bool IsBlank(long from)
    {
        for (; from < end; from += WindowBytes)
        {
            if (Look(from, WindowBytes).ContainsAnyExcept((byte)0))
                return false;
        }
        return true;
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(window);
        ArrayPool<byte>.Shared.Return(data);
        data = [];
    }

    ReadOnlySpan<byte> Look(long at, int count)
    {
        count = (int)Math.Max(0, Math.Min(count, end - at));
        if (at < windowAt || at + count > windowAt + windowLength)
        {
            windowAt = at;
            windowLength = RandomAccess.Read(file, window.AsSpan(0, WindowBytes), at);
        }
        var from = (int)(at - windowAt);
        return window.AsSpan(from, Math.Min(count, Math.Max(0, windowLength - from)));
    }
}
