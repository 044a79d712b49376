using System.Diagnostics;
using System.Globalization;
using Cloud.Store.Ports;

namespace Cloud.Cli.Azurite;

/// <summary>Which Azurite has a data directory: two at once would write over each other.</summary>
/// <remarks>One whose server was killed writes its data and ends within moments; that one is waited for.</remarks>
static class AzuriteOwner
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Between two looks at when a process started, which is counted from the machine's own start.</summary>
    static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(2);

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

    /// <summary>Notes who has the directory; nobody, if it has ended already.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Write(string data, Process azurite)
    {
        DateTime started;
        try
        {
            started = azurite.StartTime.ToUniversalTime();
        }
        catch (InvalidOperationException)
        {
            return;
        }
        File.WriteAllText(PathIn(data), string.Create(CultureInfo.InvariantCulture, $"{azurite.Id} {started.Ticks}"));
    }

    /// <returns>Null when none was noted, or it has ended, or its number was given to another since.</returns>
    static Process? Find(string data)
    {
        Process? noted = null;
        try
        {
            var words = File.ReadAllText(PathIn(data)).Split(' ');
            noted = Process.GetProcessById(int.Parse(words[0], CultureInfo.InvariantCulture));
            var started = new DateTime(long.Parse(words[^1], CultureInfo.InvariantCulture), DateTimeKind.Utc);
            if ((noted.StartTime.ToUniversalTime() - started).Duration() < Tolerance)
                return noted;
        }
        catch (Exception e)
            when (e
                    is IOException
                        or FormatException
                        or OverflowException
                        or ArgumentException
                        or InvalidOperationException
            )
        {
            // Not there, not ours to read, or gone meanwhile: all of these mean that nobody has it.
        }
        noted?.Dispose();
        return null;
    }

    static string PathIn(string data) => Path.Combine(data, "azurite.pid");
}
