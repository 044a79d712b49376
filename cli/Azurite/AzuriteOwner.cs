using System.Diagnostics;
using System.Globalization;
using Cloud.Store.Local;

namespace Cloud.Cli.Azurite;

/// <summary>Which server, and which Azurite, has a data directory: two at once would write over each other.</summary>
/// <remarks>
/// Two servers are kept apart by the operating system's lock on the open file <c>azurite.lock</c>, which ends with its
/// process. An Azurite outlives a server that was killed by the moments it needs to write its data: the next server
/// finds it noted in <c>azurite.pid</c> and waits for it.
/// </remarks>
sealed class AzuriteOwner : IDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    readonly string directory;
    readonly FileStream held;

    AzuriteOwner(string data, FileStream opened) => (directory, held) = (data, opened);

    /// <summary>Takes the directory, once an Azurite that is ending there has ended.</summary>
    /// <exception cref="StoreInUseException">Another server has it, or its Azurite does not end.</exception>
    /// <exception cref="IOException">The lock cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The directory is not ours to write.</exception>
    public static async Task<AzuriteOwner> TakeAsync(string data, CancellationToken cancel)
    {
        var owner = new AzuriteOwner(data, Open(data));
        try
        {
            await owner.AwaitEndAsync(cancel);
            return owner;
        }
        catch
        {
            owner.Dispose();
            throw;
        }
    }

    /// <summary>Notes which Azurite has the directory; none, if it has ended already.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Note(Process azurite)
    {
        if (StartOf(azurite) is { } start)
            File.WriteAllText(PathIn(directory), string.Create(CultureInfo.InvariantCulture, $"{azurite.Id} {start}"));
    }

    /// <summary>To be called when the Azurite has ended, or cannot be waited for any longer.</summary>
    public void Dispose() => held.Dispose();

    static FileStream Open(string data)
    {
        try
        {
            return new(Path.Combine(data, "azurite.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (IsLocked(e))
        {
            using var other = Find(data);
            var who = other is null ? "it is starting one now" : Named(other);
            throw new StoreInUseException($"Another server uses {data}: {who}", e);
        }
    }

    // EWOULDBLOCK of flock (Linux 11, macOS 35), ERROR_SHARING_VIOLATION.
    static bool IsLocked(IOException fault) => fault.HResult is 11 or 35 or unchecked((int)0x80070020);

    async Task AwaitEndAsync(CancellationToken cancel)
    {
        if (Find(directory) is not { } other)
            return;
        using (other)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            patience.CancelAfter(Patience);
            await other.WaitForExitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancel.ThrowIfCancellationRequested();
            if (!other.HasExited)
                throw new StoreInUseException($"Another server uses {directory}: {Named(other)}");
        }
    }

    /// <returns>Null when none was noted, or it has ended, or its number was given to another since.</returns>
    static Process? Find(string data)
    {
        Process? noted = null;
        try
        {
            var words = File.ReadAllText(PathIn(data)).Split(' ', 2);
            noted = Process.GetProcessById(int.Parse(words[0], CultureInfo.InvariantCulture));
            if (StartOf(noted) == words[^1])
                return noted;
        }
        catch (Exception e) when (e is IOException or FormatException or OverflowException or ArgumentException)
        {
            // Not there, or gone meanwhile: nobody has it.
        }
        noted?.Dispose();
        return null;
    }

    static string Named(Process azurite) => $"its Azurite is process {azurite.Id}";

    /// <summary>When a process started, as its system keeps it: a clock that is set makes no difference.</summary>
    /// <returns>Null when it has ended.</returns>
    static string? StartOf(Process process)
    {
        try
        {
            return OperatingSystem.IsLinux()
                ? $"{File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim()} {StartTicks(process.Id)}"
                : process.StartTime.ToUniversalTime().Ticks.ToString(CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    /// <summary>Clock ticks from the machine's start to the process's: field 22 of proc(5)'s stat.</summary>
    static string StartTicks(int id)
    {
        var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/stat"));
        // The second field, a name in parentheses, may hold anything; the third follows the last of them.
        return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[19];
    }

    static string PathIn(string data) => Path.Combine(data, "azurite.pid");
}
