using System.Buffers.Binary;
using Cloud.Store.Ports;
using Microsoft.Extensions.Logging;

namespace Cloud.Store.Local.Blobs;

/// <summary>Brings a directory of segments and its index into use after whatever ended the last process.</summary>
sealed class BlobRecovery(string directory, string indexPath, Entropy entropy, long segmentBytes, ILogger log)
{
    public sealed record Opened(SegmentFiles Files, BlobIndex Index, ActiveSegment Active);

    /// <exception cref="StoreException">What is there cannot be read as segments of one store.</exception>
    public Opened Open()
    {
        Disk.CreatePrivateDirectory(directory);
        var numbers = SegmentFiles.List(directory);
        var files = new SegmentFiles(directory, FindSalt(numbers));
        BlobIndex? index = null;
        try
        {
            index = OpenIndex(files, numbers);
            var tail = index.Position.Segment == 0 ? SegmentFiles.HeadLength : index.Position.Offset;
            foreach (var number in numbers.Where(number => number >= index.Position.Segment).ToList())
                tail = Scan(files, index, number, isLast: number == numbers[^1]);
            // Records of the past may speak of segments that are gone.
            foreach (var gone in index.Segments().Keys.Except(numbers))
                index.Forget(gone);
            var active =
                numbers.Count == 0
                    ? ActiveSegment.Create(files, 1, segmentBytes)
                    : ActiveSegment.Open(files, numbers[^1], tail, segmentBytes);
            if (numbers.Count == 0)
                index.Apply([], new(1, SegmentFiles.HeadLength)); // An index that knows nothing would look lost.
            return new(files, index, active);
        }
        catch
        {
            index?.Dispose();
            files.Dispose();
            throw;
        }
    }

    // A segment that was never more than begun has no head: nothing was acknowledged from it.
    uint FindSalt(List<int> numbers)
    {
        uint? salt = null;
        foreach (var number in numbers)
            salt ??= SegmentFiles.ReadSalt(directory, number);
        if (numbers.Count > 0 && SegmentFiles.ReadSalt(directory, numbers[^1]) is null && IsBlank(numbers[^1]))
        {
            File.Delete(Path.Combine(directory, $"{numbers[^1]:D8}.seg"));
            numbers.RemoveAt(numbers.Count - 1);
        }
        if (salt is null && numbers.Count > 0)
            throw new StoreException($"{directory}: no segment has an undamaged head");
        return salt ?? BinaryPrimitives.ReadUInt32LittleEndian(entropy.Bytes(4));
    }

    bool IsBlank(int number)
    {
        using var file = File.OpenRead(Path.Combine(directory, $"{number:D8}.seg"));
        return file.Length <= SegmentFiles.HeadLength;
    }

    BlobIndex OpenIndex(SegmentFiles files, List<int> numbers)
    {
        var file = TryOpenIndexFile(files, numbers, out var reason);
        if (file is null)
        {
            if (numbers.Count > 0)
                Log.IndexRebuilt(log, reason);
            foreach (var suffix in new[] { "", "-wal", "-shm" })
                File.Delete(indexPath + suffix);
            Disk.CreatePrivate(indexPath);
            file = new BlobIndexFile(indexPath);
        }
        return new BlobIndex(indexPath, file, files.Salt, log);
    }

    BlobIndexFile? TryOpenIndexFile(SegmentFiles files, List<int> numbers, out string reason)
    {
        reason = "there is none";
        if (!File.Exists(indexPath))
            return null;
        BlobIndexFile? file = null;
        try
        {
            file = new BlobIndexFile(indexPath);
            reason = Mismatch(file, files, numbers) ?? "";
        }
        catch (StoreException cause)
        {
            reason = cause.Message;
        }
        if (reason.Length == 0)
            return file;
        file?.Dispose();
        return null;
    }

    /// <returns>Why the index is not one of these segments, or null when it is.</returns>
    static string? Mismatch(BlobIndexFile file, SegmentFiles files, List<int> numbers)
    {
        if (file.Version != BlobIndexFile.CurrentVersion)
            return $"it is of version {file.Version}";
        if (file.ReadState() is not var (salt, position))
            return "it is empty";
        if (salt != files.Salt)
            return "it belongs to another store";
        var uses = file.ReadSegments();
        foreach (var (number, use) in uses)
        {
            if (use.IsDropped)
                DeleteDropped(file, files, numbers, number);
            else if (!numbers.Contains(number))
                return $"segment {number} is missing";
        }
        if (numbers.Any(number => number < position.Segment && !uses.ContainsKey(number)))
            return "it does not know all segments";
        if (
            new FileInfo(files.PathOf(position.Segment)) is { Exists: true } covered
            && covered.Length < position.Offset
        )
            return $"segment {position.Segment} is shorter than it says";
        return null;
    }

    // The process ended between noting that a segment is of no use and deleting it.
    static void DeleteDropped(BlobIndexFile file, SegmentFiles files, List<int> numbers, int number)
    {
        if (numbers.Remove(number))
            files.Delete(number);
        file.Forget(number);
    }

    /// <returns>Where the segment's records end.</returns>
    long Scan(SegmentFiles files, BlobIndex index, int number, bool isLast)
    {
        using var file = File.OpenHandle(files.PathOf(number));
        var end = RandomAccess.GetLength(file);
        var start = index.Position.Segment == number ? index.Position.Offset : SegmentFiles.HeadLength;
        using var scan = new SegmentScan(file, start, end, files.Salt);
        var tail = start;
        while (true)
        {
            while (scan.MoveNext() && (!isLast || scan.ReadRecord() is not null))
            {
                Apply(files, index, scan, number);
                tail = scan.Position;
            }
            if (tail >= end || !Continue(scan, tail, isLast, number))
                break;
            tail = scan.Position;
        }
        index.Apply([], new(number, tail));
        return tail;
    }

    /// <summary>Decides what a record that is not good means.</summary>
    /// <returns>True when good ones follow, and the scan stands there.</returns>
    bool Continue(SegmentScan scan, long tail, bool isLast, int number)
    {
        scan.MoveTo(tail);
        var hasMore = scan.FindNext();
        // What a torn write left lies within one group, and nothing of it was acknowledged.
        if (isLast && !(hasMore && ReachesBeyond(scan, tail + Appender.GroupBytes)))
        {
            if (!scan.IsBlank(tail))
                Log.TailTorn(log, number, tail);
            return false;
        }
        if (hasMore || !scan.IsBlank(tail))
            Log.SegmentDamaged(log, number, tail, scan.Position);
        return hasMore;
    }

    static bool ReachesBeyond(SegmentScan scan, long limit)
    {
        var first = scan.Position;
        var reaches = false;
        do
        {
            while (scan.MoveNext())
                reaches |= scan.Offset >= limit;
        } while (!reaches && scan.FindNext());
        scan.MoveTo(first);
        return reaches;
    }

    static void Apply(SegmentFiles files, BlobIndex index, SegmentScan scan, int number)
    {
        index.WaitForRoom();
        var end = new LogPosition(number, scan.Position);
        var kind = scan.Header.Kind;
        var at = new Extent(number, (int)scan.Offset, scan.Header.Length);
        var chunks = kind == RecordKind.Commit ? scan.ReadData() : default;
        // A commit whose list is damaged is no blob; reading it would fail anyway.
        if (kind == RecordKind.Chunk || (kind == RecordKind.Commit && chunks is null))
        {
            index.Apply([], end);
            return;
        }
        var old = index.Find(scan.Name);
        var oldChunks = old is { Kind: RecordKind.Commit } large ? BlobParts.ReadChunks(files, large.At) ?? [] : [];
        var entry = new BlobEntry(kind, at, scan.Header.BlobLength);
        var change = new BlobChange(scan.Name, entry, Chunk.Unpack(chunks.GetValueOrDefault().Span), old, oldChunks);
        index.Apply([change], end);
    }
}
