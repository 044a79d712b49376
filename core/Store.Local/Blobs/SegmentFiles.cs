using System.Buffers.Binary;
using System.Globalization;
using Cloud.Store.Ports;
using Microsoft.Win32.SafeHandles;

namespace Cloud.Store.Local.Blobs;

/// <summary>The segment files of a store: names, heads and shared read handles.</summary>
/// <param name="salt">Start of every checksum in these files.</param>
sealed class SegmentFiles(string directory, uint salt) : IDisposable
{
    /// <summary>Octets before the first record: magic, version, number, salt, their CRC-32C, zeros.</summary>
    public const int HeadLength = 32;

    /// <summary>Files kept open for reading, of an assumed limit of 1,024 a process.</summary>
    const int OpenFiles = 128;

    const int Version = 1;

    readonly Dictionary<int, Lease> open = [];
    long clock;

    static ReadOnlySpan<byte> Magic => "CLOUDSEG"u8;

    public uint Salt => salt;

    public string Directory => directory;

    /// <summary>A file that somebody reads; it stays readable until released, even when it is deleted.</summary>
    public sealed class Lease(SafeFileHandle handle)
    {
        public SafeFileHandle Handle => handle;

        internal int Users { get; set; }

        internal long LastUse { get; set; }

        internal bool IsForgotten { get; set; }
    }

    public string PathOf(int number) => Path.Combine(directory, Name(number));

    /// <summary>Numbers of the files that are there, oldest first.</summary>
    public static List<int> List(string directory)
    {
        var numbers = new List<int>();
        foreach (var path in System.IO.Directory.EnumerateFiles(directory, "*.seg"))
        {
            var name = Path.GetFileNameWithoutExtension(path.AsSpan());
            if (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                numbers.Add(number);
        }
        numbers.Sort();
        return numbers;
    }

    /// <summary>The salt in a segment's head, or null when the head is damaged or not all there.</summary>
    public static uint? ReadSalt(string directory, int number)
    {
        Span<byte> head = stackalloc byte[HeadLength];
        using var file = File.OpenHandle(Path.Combine(directory, Name(number)));
        if (RandomAccess.Read(file, head, 0) < HeadLength || !head.StartsWith(Magic))
            return null;
        if (BinaryPrimitives.ReadUInt32LittleEndian(head[20..]) != Record.Checksum(0, head[..20]))
            return null;
        if (BinaryPrimitives.ReadInt32LittleEndian(head[8..]) != Version)
            throw new StoreException($"{directory}: segment {number} is of a version this program does not know");
        return BinaryPrimitives.ReadUInt32LittleEndian(head[16..]);
    }

    public byte[] Head(int number)
    {
        var head = new byte[HeadLength];
        Magic.CopyTo(head);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(8), Version);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(12), number);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(16), salt);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(20), Record.Checksum(0, head.AsSpan(0, 20)));
        return head;
    }

    /// <returns>Null when there is no such file (any more).</returns>
    public Lease? Acquire(int number)
    {
        lock (open)
        {
            if (!open.TryGetValue(number, out var lease))
            {
                if (!File.Exists(PathOf(number)))
                    return null;
                Evict();
                lease = new Lease(File.OpenHandle(PathOf(number), share: FileShare.ReadWrite | FileShare.Delete));
                open.Add(number, lease);
            }
            lease.Users++;
            lease.LastUse = ++clock;
            return lease;
        }
    }

    public void Release(Lease lease)
    {
        lock (open)
        {
            lease.Users--;
            if (lease.Users == 0 && lease.IsForgotten)
                lease.Handle.Dispose();
        }
    }

    /// <summary>Removes the file; who reads it goes on reading.</summary>
    public void Delete(int number)
    {
        lock (open)
        {
            if (open.Remove(number, out var lease))
                Forget(lease);
        }
        File.Delete(PathOf(number));
        Disk.FlushDirectory(directory);
    }

    public void Dispose()
    {
        lock (open)
        {
            foreach (var lease in open.Values)
                Forget(lease);
            open.Clear();
        }
    }

    static string Name(int number) => string.Create(CultureInfo.InvariantCulture, $"{number:D8}.seg");

    static void Forget(Lease lease)
    {
        lease.IsForgotten = true;
        if (lease.Users == 0)
            lease.Handle.Dispose();
    }

    void Evict()
    {
        if (open.Count < OpenFiles)
            return;
        var idle = open.Where(pair => pair.Value.Users == 0).OrderBy(pair => pair.Value.LastUse).Take(OpenFiles / 4);
        foreach (var (number, lease) in idle.ToList())
        {
            open.Remove(number);
            Forget(lease);
        }
    }
}
