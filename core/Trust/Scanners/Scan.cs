using System.Globalization;
using System.Net.Sockets;
using Cloud.Store.Ports;

namespace Cloud.Trust.Scanners;

/// <summary>One scan: its time, its steps, and its end, whatever goes wrong.</summary>
sealed class Scan(string scanner, ScanOptions options, TimeProvider time)
{
    /// <summary>Characters of a scanner's text in a line of ours.</summary>
    const int MaxText = 200;

    readonly List<string> steps = [];
    readonly long begun = time.GetTimestamp();

    public async Task<ScanVerdict> RunAsync(
        ScanMessage message,
        Func<CancellationToken, Task<ScanVerdict>> work,
        CancellationToken cancel
    )
    {
        if (message.Length > options.MaxSize)
            return Verdict(ScanOutcome.TooLarge, $"{message.Length} octets are over {options.MaxSize}");
        using var ends = new CancellationTokenSource(options.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ends.Token, cancel);
        try
        {
            Step($"asks {options.Endpoint} about {message.Length} octets");
            return await work(either.Token);
        }
        catch (OperationCanceledException)
        {
            return Failed(cancel.IsCancellationRequested ? "given up" : "no answer in time");
        }
        catch (Exception e) when (e is SocketException or IOException or HttpRequestException or StoreException)
        {
            return Failed(e.InnerException is null ? e.Message : $"{e.Message} {e.InnerException.Message}");
        }
    }

    public void Step(string step) => steps.Add(Line(step));

    public ScanVerdict Failed(string reason) => Verdict(ScanOutcome.Failed, reason);

    public ScanVerdict Verdict(ScanOutcome outcome, string reason)
    {
        var elapsed = time.GetElapsedTime(begun).TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture);
        Step($"{outcome}: {reason}, after {elapsed} ms");
        return new(scanner, outcome, Line(reason), steps);
    }

    /// <summary>Printable ASCII, cut.</summary>
    public static string Line(string text) => Trust.Line.Of(text, MaxText);
}
