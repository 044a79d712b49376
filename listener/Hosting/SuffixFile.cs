using Cloud.Listener.Hosting.Settings;
using Cloud.Trust.Dmarc.Suffixes;
using Microsoft.Extensions.Logging;

namespace Cloud.Listener.Hosting;

/// <summary>A Public Suffix List that is newer than the shipped one, in a file that is looked at again and again.</summary>
/// <remarks>What is no list changes nothing, and is told once; the file that is gone puts the shipped one in force again.</remarks>
/// <param name="source">Where it is.</param>
/// <param name="install">Puts a list in force; null the shipped one.</param>
public sealed class SuffixFile(SuffixSource source, Action<PublicSuffixes?> install, TimeProvider time, ILogger logger)
{
    /// <summary>How often it is looked at.</summary>
    public static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    Stamp? seen;
    bool isInstalled;

    /// <summary>Looks until told to stop. Nothing is thrown.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Every, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
                Look();
        }
        catch (OperationCanceledException)
        {
            return;
        }
    }

    /// <summary>Reads the file if it is another than the last time.</summary>
    public void Look()
    {
        try
        {
            var now = Stamp.Of(source.Path);
            if (now == seen)
                return;
            seen = now;
            if (now.Length >= 0)
                Install();
            else
                Remove();
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
        {
            Log.SuffixesRefused(logger, source.Path, e.Message);
        }
    }

    void Install()
    {
        if (new FileInfo(source.Path).Length > SuffixList.MaxLength)
            throw new FormatException($"It has more than {SuffixList.MaxLength} octets.");
        var list = SuffixList.Read(File.ReadAllBytes(source.Path));
        install(list);
        isInstalled = true;
        Log.SuffixesInForce(logger, list.Count, source.Path);
    }

    void Remove()
    {
        if (!isInstalled && source.MayBeMissing)
            return;
        install(null);
        isInstalled = false;
        Log.SuffixesRefused(
            logger,
            source.Path,
            "There is no such file: the list that came with this version is used."
        );
    }

    /// <param name="Length">Below nothing where there is no file.</param>
    readonly record struct Stamp(string Path, DateTime Written, long Length)
    {
        public static Stamp Of(string path)
        {
            if (!File.Exists(path))
                return new(path, default, -1);
            var file = new FileInfo(path);
            var target = (FileInfo?)file.ResolveLinkTarget(returnFinalTarget: true) ?? file;
            return new(target.FullName, target.LastWriteTimeUtc, target.Length);
        }
    }
}
