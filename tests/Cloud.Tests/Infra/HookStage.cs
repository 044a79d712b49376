using System.Diagnostics;

namespace Cloud.Tests.Infra;

/// <summary>
/// A folder in which a hook finds infra/ and, as programs, only plain tools and the stubs that a test sets up. Each
/// stub writes down how it was called.
/// </summary>
sealed class HookStage : IDisposable
{
    static readonly string[] Tools =
    [
        "sh",
        "awk",
        "base64",
        "cat",
        "chmod",
        "cut",
        "date",
        "dirname",
        "grep",
        "install",
        "mkdir",
        "mktemp",
        "mv",
        "rm",
        "sed",
        "seq",
        "sort",
        "tr",
    ];

    readonly string root = Directory.CreateTempSubdirectory("cloud-hook-").FullName;
    readonly Dictionary<string, string> variables = [];

    public HookStage()
    {
        Directory.CreateSymbolicLink(Path.Combine(root, "infra"), Tool.Infra);
        Directory.CreateDirectory(Path.Combine(root, "bin"));
        foreach (var tool in Tools)
        {
            var found = new[] { "/usr/bin", "/bin" }.Select(folder => Path.Combine(folder, tool)).First(File.Exists);
            File.CreateSymbolicLink(Path.Combine(root, "bin", tool), found);
        }
    }

    /// <summary>Calls of the stubs, in order: <c>az account show …</c>.</summary>
    public IReadOnlyList<string> Calls => File.Exists(Log) ? File.ReadAllLines(Log) : [];

    string Log => Path.Combine(root, "calls");

    public void Dispose() => Directory.Delete(root, recursive: true);

    /// <param name="body">Shell that sees the arguments; its output and exit code are the stub's.</param>
    public HookStage Stub(string name, string body = "")
    {
        var path = Path.Combine(root, "bin", name);
        File.WriteAllText(path, $"#!/bin/sh\nprintf '%s\\n' \"{name} $*\" >>'{Log}'\n{body}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return this;
    }

    public HookStage Set(string name, string value)
    {
        variables[name] = value;
        return this;
    }

    public HookStage Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(root, path))!);
        File.WriteAllText(Path.Combine(root, path), text);
        return this;
    }

    public string Read(string path) => File.ReadAllText(Path.Combine(root, path));

    /// <summary>Where a script finds a path of the system that a test has moved into the stage.</summary>
    public string Moved(string path) => root + path;

    public UnixFileMode ModeOf(string path) => File.GetUnixFileMode(Path.Combine(root, path));

    public bool Has(string path) => File.Exists(Path.Combine(root, path));

    public Task<(int ExitCode, string Output, string Errors)> RunAsync(string hook) =>
        RunScriptAsync($"infra/hooks/{hook}.sh");

    /// <param name="script">Its path in the stage.</param>
    public async Task<(int ExitCode, string Output, string Errors)> RunScriptAsync(string script)
    {
        var start = new ProcessStartInfo("/bin/sh", [$"./{script}"]) { WorkingDirectory = root };
        start.Environment.Clear();
        start.Environment["PATH"] = Path.Combine(root, "bin");
        start.Environment["TMPDIR"] = root;
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        return await Tool.RunAsync(start);
    }
}
