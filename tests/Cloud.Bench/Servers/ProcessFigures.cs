using System.Globalization;

namespace Cloud.Bench.Servers;

/// <summary>What the kernel says about processes: CPU and resident memory, from /proc.</summary>
static class ProcessFigures
{
    /// <summary>Clock ticks a second of /proc/PID/stat: 100 on every Linux there is.</summary>
    const double Ticks = 100;

    /// <summary>CPU seconds of a process, its living descendants, and those it has reaped.</summary>
    public static double CpuSeconds(int root) => Family(root).Sum(process => process.Value.Cpu);

    /// <summary>Memory of a process and its living descendants, bytes; what several share is divided among them (Pss).</summary>
    public static long FamilyBytes(int root) => Family(root).Sum(process => Pss(process.Key));

    static IEnumerable<KeyValuePair<int, (int Parent, double Cpu)>> Family(int root)
    {
        var parents = new Dictionary<int, (int Parent, double Cpu)>();
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), out var pid) && Stat(pid) is { } stat)
                parents[pid] = stat;
        }
        return parents.Where(process => DescendsFrom(process.Key, root, parents));
    }

    static long Pss(int pid)
    {
        try
        {
            return File.ReadLines($"/proc/{pid}/smaps_rollup")
                .Where(line => line.StartsWith("Pss:", StringComparison.Ordinal))
                .Sum(line => long.Parse(line[4..^2].Trim(), CultureInfo.InvariantCulture) * 1024);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0; // Ended while we looked.
        }
    }

    /// <summary>Resident memory without shared file pages, in bytes (RssAnon).</summary>
    public static long ResidentBytes(int pid) =>
        File.ReadLines($"/proc/{pid}/status")
            .Where(line => line.StartsWith("RssAnon:", StringComparison.Ordinal))
            .Select(line => long.Parse(line[8..^2].Trim(), CultureInfo.InvariantCulture) * 1024)
            .Single();

    static (int Parent, double Cpu)? Stat(int pid)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{pid}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            var ticks = Enumerable.Range(11, 4).Sum(i => long.Parse(fields[i], CultureInfo.InvariantCulture));
            return (int.Parse(fields[1], CultureInfo.InvariantCulture), ticks / Ticks);
        }
        catch (IOException)
        {
            return null; // Ended while we looked.
        }
    }

    static bool DescendsFrom(int pid, int root, Dictionary<int, (int Parent, double Cpu)> processes)
    {
        while (pid != root && processes.TryGetValue(pid, out var process))
            pid = process.Parent;
        return pid == root;
    }
}
