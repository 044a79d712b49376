using System.Diagnostics;
using System.Text;

namespace Cloud.Clients;

/// <summary>Programs of other people, run with a home of their own and a deadline.</summary>
static class Tool
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(150);

    /// <summary>Skips the test when a program is not installed; `tests/clients` installs them where it can.</summary>
    public static void Require(params string[] programs)
    {
        foreach (var program in programs)
            Skip.IfNot(IsInstalled(program), $"{program} is not installed");
    }

    /// <summary>Debian's python, for others stand on a home that is not the one given here.</summary>
    public static string Python => File.Exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3";

    /// <summary>Runs a script of ours from Scripts/.</summary>
    public static Task<string> PythonAsync(string home, string script, params string[] arguments)
    {
        Require("python3");
        return RunAsync(home, Python, [Path.Combine(AppContext.BaseDirectory, "Scripts", script), .. arguments]);
    }

    /// <returns>What it printed, octets as Latin-1 characters.</returns>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static async Task<string> RunAsync(string home, string program, params string[] arguments)
    {
        var (exitCode, output) = await TryAsync(home, program, arguments);
        return exitCode == 0
            ? output
            : throw new InvalidOperationException($"{program} ended with {exitCode}: {output}");
    }

    /// <exception cref="TimeoutException">It did not end.</exception>
    public static async Task<(int ExitCode, string Output)> TryAsync(
        string home,
        string program,
        params string[] arguments
    )
    {
        var start = new ProcessStartInfo(program)
        {
            WorkingDirectory = home,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.Latin1,
            StandardErrorEncoding = Encoding.Latin1,
            Environment =
            {
                ["HOME"] = home,
                ["LC_ALL"] = "C.UTF-8",
                ["TERM"] = "xterm",
            },
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);

        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        try
        {
            var texts = await output.WaitAsync(Patience);
            await process.WaitForExitAsync();
            return (process.ExitCode, string.Concat(texts));
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    public static bool IsInstalled(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator)
            .Any(folder => File.Exists(Path.Combine(folder, program)));
}
