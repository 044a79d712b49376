using System.Diagnostics;
using System.Text.Json;
using Cloud.Tests.Repository;

namespace Cloud.Tests.Infra;

/// <summary>Programs that check the deployment: the linters in tests/infra, and the hooks.</summary>
static class Tool
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static string Root => Source.Root;

    public static string Infra => Path.Combine(Root, "infra");

    /// <summary>What lint.mjs finds in a folder of Bicep files.</summary>
    public static async Task<IReadOnlyList<BicepFault>> LintAsync(string folder) =>
        [
            .. (await NodeAsync("lint.mjs", folder))
                .RootElement.EnumerateArray()
                .Select(fault => new BicepFault(
                    fault.GetProperty("file").GetString()!,
                    fault.GetProperty("rule").GetString()!,
                    fault.GetProperty("message").GetString()!
                )),
        ];

    /// <summary>Parameters, variables, outputs and resources of every Bicep file.</summary>
    public static async Task<JsonElement> FactsAsync() => (await NodeAsync("lint.mjs", "--facts", Infra)).RootElement;

    public static async Task<IReadOnlyList<string>> AzureYamlAsync(string path) =>
        [.. (await NodeAsync("azure-yaml.mjs", path)).RootElement.EnumerateArray().Select(fault => fault.GetString()!)];

    /// <summary>What is wrong with the data that prepares a machine.</summary>
    public static async Task<IReadOnlyList<string>> CloudInitAsync(string path) =>
        [.. (await NodeAsync("cloud-init.mjs", path)).RootElement.EnumerateArray().Select(fault => fault.GetString()!)];

    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(
        ProcessStartInfo start,
        CancellationToken cancel = default
    )
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.RedirectStandardInput = true;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(Patience);
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(patience.Token);
        var errors = process.StandardError.ReadToEndAsync(patience.Token);
        await process.WaitForExitAsync(patience.Token);
        return (process.ExitCode, await output, await errors);
    }

    static async Task<JsonDocument> NodeAsync(string script, params string[] arguments)
    {
        var path = Path.Combine(Root, "tests", "infra", script);
        var (code, output, errors) = await RunAsync(new("node", [path, .. arguments]));
        Assert.True(code == 0, errors);
        return JsonDocument.Parse(output);
    }
}

sealed record BicepFault(string File, string Rule, string Message);
