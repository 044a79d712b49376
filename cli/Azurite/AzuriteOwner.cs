using System.Diagnostics;
using System.Globalization;
using Cloud.Store.Ports;

namespace Cloud.Cli.Azurite;

/// <summary>Which Azurite has a data directory: two at once would write over each other.</summary>
/// <remarks>One whose server was killed writes its data and ends within moments; that one is waited for.</remarks>
static class AzuriteOwner
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <exception cref="StoreException">Another server runs on the directory.</exception>
    public static async Task AwaitEndAsync(string data, CancellationToken cancel)
    {
        if (Find(data) is not { } other)
            return;
        using (other)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            patience.CancelAfter(Patience);
            await other.WaitForExitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancel.ThrowIfCancellationRequested();
            if (!other.HasExited)
                throw new StoreException($"Another server uses {data}: its Azurite is process {other.Id}");
        }
    }

    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Write(string data, int process) =>
        File.WriteAllText(PathIn(data), process.ToString(CultureInfo.InvariantCulture));

    static Process? Find(string data)
    {
        try
        {
            var other = Process.GetProcessById(int.Parse(File.ReadAllText(PathIn(data)), CultureInfo.InvariantCulture));
            if (other.ProcessName.Contains("node", StringComparison.OrdinalIgnoreCase))
                return other;
            other.Dispose(); // The number was given to another since.
        }
        catch (Exception e) when (e is IOException or FormatException or ArgumentException or InvalidOperationException)
        {
            // None was noted, or it has ended.
        }
        return null;
    }

    static string PathIn(string data) => Path.Combine(data, "azurite.pid");
}
