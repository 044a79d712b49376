using System.Diagnostics;
using Cloud.Store.Ports;

namespace Cloud.Cli.Azurite;

/// <summary>Azurite from npm, in the version of our lock file, which lies beside the program.</summary>
static class AzuritePackage
{
    static readonly string[] Files = ["package.json", "package-lock.json"];

    static string Home => Path.Combine(AppContext.BaseDirectory, "Azurite");

    public static string Lifeline => Path.Combine(Home, "lifeline.cjs");

    public static string Script(string folder) =>
        Path.Combine(folder, "node_modules", "azurite", "dist", "src", "azurite.js");

    /// <summary>Has npm install it, unless this very version is there.</summary>
    /// <exception cref="StoreException">npm is missing or fails.</exception>
    public static async Task InstallAsync(string folder, CancellationToken cancel)
    {
        var done = Path.Combine(folder, "node_modules", "installed.json");
        var wanted = await File.ReadAllTextAsync(Path.Combine(Home, "package-lock.json"), cancel);
        if (File.Exists(Script(folder)) && File.Exists(done) && await File.ReadAllTextAsync(done, cancel) == wanted)
            return;

        Console.Error.WriteLine($"Installing Azurite in {folder} (npm ci); this is done once.");
        Directory.CreateDirectory(folder);
        foreach (var file in Files)
            File.Copy(Path.Combine(Home, file), Path.Combine(folder, file), overwrite: true);
        await NpmAsync(folder, cancel);
        await File.WriteAllTextAsync(done, wanted, cancel);
    }

    static async Task NpmAsync(string folder, CancellationToken cancel)
    {
        var start = new ProcessStartInfo("npm")
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // Nothing that Azurite needs is made by a script of a package, and a script could do anything.
        foreach (
            var argument in (string[])
                ["ci", "--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund", "--loglevel=error"]
        )
            start.ArgumentList.Add(argument);
        Process npm;
        try
        {
            npm = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new StoreException(
                $"--store azurite needs npm to install Azurite (Node.js 20 or newer, https://nodejs.org): {e.Message}",
                e
            );
        }
        using (npm)
        {
            var output = Task.WhenAll(
                npm.StandardOutput.ReadToEndAsync(cancel),
                npm.StandardError.ReadToEndAsync(cancel)
            );
            try
            {
                await npm.WaitForExitAsync(cancel);
            }
            catch (OperationCanceledException)
            {
                npm.Kill(entireProcessTree: true);
                throw;
            }
            if (npm.ExitCode != 0)
                throw new StoreException($"npm ci in {folder} failed: {string.Concat(await output).Trim()}");
        }
    }
}
