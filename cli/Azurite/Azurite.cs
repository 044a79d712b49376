using System.Diagnostics;
using System.Text.RegularExpressions;
using Cloud.Store.Ports;

namespace Cloud.Cli.Azurite;

/// <summary>An Azurite of our own, on free ports of 127.0.0.1, with a key nobody else knows.</summary>
/// <remarks>
/// It is an emulator: it writes its tables every few seconds, so a crash of the machine loses some. It ends when its
/// standard input does, which is to say with us (lifeline.cjs).
/// </remarks>
sealed partial class Azurite : IAsyncDisposable
{
    const string Account = "devstoreaccount1";

    /// <summary>Octets of an account's key, as Azure makes them.</summary>
    const int KeyLength = 64;

    static readonly TimeSpan StartPatience = TimeSpan.FromMinutes(1);
    static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(10);

    readonly Process process;
    readonly AzuriteOwner owner;
    readonly Dictionary<string, string> addresses = [];
    readonly List<string> said = [];
    readonly TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    Azurite(Process started, AzuriteOwner holder) => (process, owner) = (started, holder);

    public string ConnectionString { get; private set; } = "";

    /// <param name="package">Where npm has installed it, or is to: <see cref="AzuritePackage"/>.</param>
    /// <param name="data">Where it keeps its files.</param>
    /// <exception cref="StoreException">It cannot be installed or started, in words.</exception>
    public static async Task<Azurite> StartAsync(string package, string data, Entropy entropy, CancellationToken cancel)
    {
        await AzuritePackage.InstallAsync(package, cancel);
        Directory.CreateDirectory(data);
        var owner = await AzuriteOwner.TakeAsync(data, cancel);
        var key = Convert.ToBase64String(entropy.Bytes(KeyLength));
        var azurite = new Azurite(new Process { StartInfo = StartInfo(package, data, key) }, owner);
        try
        {
            await azurite.StartAsync(key, cancel);
            return azurite;
        }
        catch
        {
            await azurite.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (ready.Task.IsCompleted && !process.HasExited)
        {
            process.StandardInput.Close();
            using var patience = new CancellationTokenSource(StopPatience);
            await process.WaitForExitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        if (ready.Task.IsCompleted && !process.HasExited)
            process.Kill();
        process.Dispose();
        owner.Dispose();
    }

    async Task StartAsync(string key, CancellationToken cancel)
    {
        process.EnableRaisingEvents = true;
        process.OutputDataReceived += (_, line) => Hear(line.Data);
        process.ErrorDataReceived += (_, line) => Hear(line.Data);
        process.Exited += (_, _) => ready.TrySetException(new StoreException($"Azurite ended: {Said}"));
        try
        {
            process.Start();
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new StoreException($"Azurite needs Node.js, and node cannot be started: {e.Message}", e);
        }
        owner.Note(process);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await ready.Task.WaitAsync(StartPatience, cancel);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            ready.TrySetCanceled(CancellationToken.None);
            if (e is OperationCanceledException)
                throw;
            throw new StoreException($"Azurite did not get ready within {StartPatience}: {Said}", e);
        }
        ConnectionString =
            $"AccountName={Account};AccountKey={key};"
            + string.Concat(addresses.Select(pair => $"{pair.Key}Endpoint={pair.Value}/{Account};"));
    }

    string Said
    {
        get
        {
            lock (said)
                return string.Join(' ', said);
        }
    }

    void Hear(string? line)
    {
        if (line is null)
            return;
        lock (said)
        {
            if (said.Count < 100)
                said.Add(line);
            if (Listening().Match(line) is not { Success: true } match)
                return;
            addresses[match.Groups["service"].Value] = match.Groups["address"].Value;
            if (addresses.Count == 3)
                ready.TrySetResult();
        }
    }

    static ProcessStartInfo StartInfo(string package, string data, string key)
    {
        var start = new ProcessStartInfo("node")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["AZURITE_ACCOUNTS"] = $"{Account}:{key}" }, // Not an argument: those are for all to see.
        };
        string[] arguments =
        [
            "--require",
            Path.GetFullPath(AzuritePackage.Lifeline),
            Path.GetFullPath(AzuritePackage.Script(package)),
            .. new[] { "blob", "queue", "table" }.SelectMany(service =>
                (string[])[$"--{service}Host", "127.0.0.1", $"--{service}Port", "0"]
            ),
            "--location",
            Path.GetFullPath(data),
            "--silent",
            "--disableTelemetry",
            "--skipApiVersionCheck",
        ];
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        return start;
    }

    [GeneratedRegex(
        @"^Azurite (?<service>Blob|Queue|Table) service is successfully listening at (?<address>http://\S+)$",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Listening();
}
