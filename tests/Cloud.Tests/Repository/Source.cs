using System.Runtime.CompilerServices;

namespace Cloud.Tests.Repository;

/// <summary>The repository's own files, for tests that hold it to its rules.</summary>
static class Source
{
    public static string Root { get; } = FindRoot();

    /// <summary>Source files below a folder, relative to the root.</summary>
    public static IEnumerable<string> Files(string folder) =>
        Directory
            .EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
            .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.StartsWith("artifacts/"));

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    static string FindRoot([CallerFilePath] string here = "")
    {
        var directory = new DirectoryInfo(Path.GetDirectoryName(here)!);
        while (!File.Exists(Path.Combine(directory.FullName, "Cloud.sln")))
            directory = directory.Parent!;
        return directory.FullName;
    }
}
