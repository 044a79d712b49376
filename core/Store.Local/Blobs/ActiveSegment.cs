using Microsoft.Win32.SafeHandles;

namespace Cloud.Store.Local.Blobs;

/// <summary>The segment at the end of the log, open for appending.</summary>
/// <remarks>
/// Room is filled with zeros ahead of the records: a flush of a file that neither grows nor changes its blocks needs no
/// commit of the file system's journal.
/// </remarks>
sealed class ActiveSegment : IDisposable
{
    /// <summary>Filled with zeros at a time: some thousand small mails, a millisecond.</summary>
    const int AheadBytes = 4 * 1024 * 1024;

    static readonly byte[] Zeros = new byte[ZeroFill.Page];

    readonly List<ReadOnlyMemory<byte>> pieces = [];
    readonly SafeFileHandle file;
    readonly ZeroFill fill;
    readonly long limit;
    long allocated;

    ActiveSegment(int number, SafeFileHandle file, ZeroFill fill, long tail, long limit)
    {
        Number = number;
        this.file = file;
        this.fill = fill;
        this.limit = limit;
        Tail = allocated = tail;
    }

    public int Number { get; }

    /// <summary>Where the next record goes.</summary>
    public long Tail { get; private set; }

    /// <summary>Makes a new segment, durable with its name.</summary>
    public static ActiveSegment Create(SegmentFiles files, int number, long limit)
    {
        Disk.CreatePrivate(files.PathOf(number));
        var opened = File.OpenHandle(
            files.PathOf(number),
            FileMode.Truncate,
            FileAccess.ReadWrite,
            FileShare.ReadWrite | FileShare.Delete
        );
        try
        {
            RandomAccess.Write(opened, files.Head(number), 0);
            Disk.Flush(opened);
            Disk.FlushDirectory(files.Directory);
            return new(number, opened, new ZeroFill(opened, files.PathOf(number)), SegmentFiles.HeadLength, limit);
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>Goes on in a segment; what lies behind <paramref name="tail"/> is cut off.</summary>
    public static ActiveSegment Open(SegmentFiles files, int number, long tail, long limit)
    {
        var opened = File.OpenHandle(
            files.PathOf(number),
            FileMode.Open,
            FileAccess.ReadWrite,
            FileShare.ReadWrite | FileShare.Delete
        );
        try
        {
            RandomAccess.SetLength(opened, tail);
            return new(number, opened, new ZeroFill(opened, files.PathOf(number)), tail, limit);
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    public bool HasRoom(long bytes) => Tail + bytes <= limit || Tail == SegmentFiles.HeadLength;

    /// <summary>Writes records behind the last; they count from <see cref="Advance"/> on.</summary>
    public void Write(IReadOnlyList<ReadOnlyMemory<byte>> records, long bytes, bool durable)
    {
        if (Tail + bytes > allocated)
            FillAhead(Tail + bytes);
        // Whole pages: for a part of one that the kernel does not hold, it would read the rest from the disk.
        pieces.AddRange(records);
        pieces.Add(Zeros.AsMemory(0, (int)(-(Tail + bytes) & (ZeroFill.Page - 1))));
        RandomAccess.Write(file, pieces, Tail);
        pieces.Clear();
        if (durable)
            Disk.Flush(file);
    }

    public void Advance(long bytes) => Tail += bytes;

    /// <summary>Cuts off what lies behind the last record and makes the rest durable.</summary>
    public void Seal()
    {
        RandomAccess.SetLength(file, Tail);
        allocated = Tail;
        Disk.Flush(file);
    }

    public void Dispose()
    {
        fill.Dispose();
        file.Dispose();
    }

    void FillAhead(long from)
    {
        var to = Math.Max(from, Math.Min(limit, from + AheadBytes));
        fill.Write(allocated, to);
        allocated = to;
    }
}
