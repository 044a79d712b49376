using System.Globalization;
using Cloud.Store.Local.Blobs;

namespace Cloud.Store.Local;

/// <summary>Keeps a second process out of a data directory.</summary>
/// <remarks>
/// The lock is the operating system's on the open file <c>lock</c>, so it cannot outlive its process. Nobody else can
/// read that file meanwhile: the holder's process id stands in <c>pid</c>.
/// </remarks>
sealed class DirectoryLock : IDisposable
{
    readonly FileStream held;

    DirectoryLock(FileStream held) => this.held = held;

    /// <exception cref="StoreInUseException">Somebody has the directory.</exception>
    public static DirectoryLock Take(string directory)
    {
        var pid = Path.Combine(directory, "pid");
        try
        {
            var opened = Disk.OpenPrivate(Path.Combine(directory, "lock"), FileShare.None);
            Disk.CreatePrivate(pid);
            File.WriteAllText(pid, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
            return new DirectoryLock(opened);
        }
        catch (IOException cause) when (IsSharingViolation(cause))
        {
            throw new StoreInUseException($"{directory} is in use by process {Holder(pid)}", cause);
        }
    }

    public void Dispose() => held.Dispose();

    // EWOULDBLOCK of flock (Linux 11, macOS 35), ERROR_SHARING_VIOLATION.
    static bool IsSharingViolation(IOException cause) => cause.HResult is 11 or 35 or unchecked((int)0x80070020);

    static string Holder(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return "(unknown)";
        }
    }
}
