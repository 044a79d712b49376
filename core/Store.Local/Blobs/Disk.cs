using System.Runtime.InteropServices;
using Cloud.Store.Ports;
using Microsoft.Win32.SafeHandles;

namespace Cloud.Store.Local.Blobs;

/// <summary>What .NET does not reach: data-only flushes and durable directory entries.</summary>
static partial class Disk
{
    const int ReadOnly = 0;
    const int WriteOnly = 1;
    const int CloseOnExec = 0x80000;
    const int InvalidArgument = 22;

    /// <summary>O_DIRECT, which is not the same number on every processor.</summary>
    static readonly int? DirectFlag = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 0x4000,
        Architecture.Arm64 => 0x10000,
        _ => null,
    };

    const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>ENOSPC on Linux and macOS; ERROR_DISK_FULL, ERROR_HANDLE_DISK_FULL.</summary>
    static readonly int[] Full = [28, unchecked((int)0x80070070), unchecked((int)0x80070027)];

    /// <summary>Makes a directory that is not there, for this user alone; one that is there stays as it is.</summary>
    public static void CreatePrivateDirectory(string path)
    {
        if (Directory.Exists(path))
            return;
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, Owner | UnixFileMode.UserExecute);
        // Its own name must outlast a loss of power, too.
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } parent)
            FlushDirectory(parent);
    }

    /// <summary>Opens a file; one that is not there is made for this user alone.</summary>
    public static FileStream OpenPrivate(string path, FileShare share)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = share,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = Owner;
        return new FileStream(path, options);
    }

    /// <summary>Makes an empty file for this user alone, unless there is one; what SQLite lays beside it is then as private.</summary>
    public static void CreatePrivate(string path)
    {
        using var made = OpenPrivate(path, FileShare.ReadWrite | FileShare.Delete);
    }

    /// <summary>Makes the file's bytes durable; not its times, which would cost a journal commit each.</summary>
    public static void Flush(SafeFileHandle file)
    {
        if (!OperatingSystem.IsLinux())
        {
            RandomAccess.FlushToDisk(file);
            return;
        }
        if (fdatasync(file) != 0)
            throw new IOException(Marshal.GetLastPInvokeErrorMessage(), Marshal.GetLastPInvokeError());
    }

    /// <summary>Makes the names in a directory durable.</summary>
    public static void FlushDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
            return;
        var directory = open(path, ReadOnly);
        if (directory < 0)
            throw new IOException(Marshal.GetLastPInvokeErrorMessage(), Marshal.GetLastPInvokeError());
        using var handle = new SafeFileHandle(directory, ownsHandle: true);
        if (fsync(handle) != 0)
            throw new IOException(Marshal.GetLastPInvokeErrorMessage(), Marshal.GetLastPInvokeError());
    }

    /// <summary>Opens a file for writes past the page cache.</summary>
    /// <returns>Null where there is no such thing.</returns>
    public static SafeFileHandle? OpenDirect(string path)
    {
        if (!OperatingSystem.IsLinux() || DirectFlag is not { } flag)
            return null;
        var handle = open(path, WriteOnly | CloseOnExec | flag);
        return handle < 0 ? null : new SafeFileHandle(handle, ownsHandle: true);
    }

    /// <summary>Writes whole pages from a page-aligned buffer to a page-aligned offset.</summary>
    /// <returns>False when the file system refuses direct writes, or took only some of it.</returns>
    /// <exception cref="IOException">The disk is full or fails.</exception>
    public static unsafe bool TryWriteDirect(SafeFileHandle file, byte* bytes, long count, long offset)
    {
        var written = pwrite(file, bytes, (nint)count, offset);
        if (written == count)
            return true;
        if (written >= 0 || Marshal.GetLastPInvokeError() == InvalidArgument)
            return false;
        throw new IOException(Marshal.GetLastPInvokeErrorMessage(), Marshal.GetLastPInvokeError());
    }

    public static StoreException Fault(string what, Exception cause) =>
        cause switch
        {
            StoreException already => already,
            IOException when Array.IndexOf(Full, cause.HResult) >= 0 => new StoreFullException(what, cause),
            _ => new StoreException(what, cause),
        };

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fdatasync(SafeFileHandle file);

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial nint pwrite(SafeFileHandle file, byte* bytes, nint count, long offset);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(SafeFileHandle file);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);
}
