using Cloud.Store.Ports;
using Microsoft.Extensions.Logging;

namespace Cloud.Listener.Tls;

/// <summary>Asks a source again and again and puts what it brings into use, until it is disposed.</summary>
/// <remarks>A failure changes nothing: the certificate in use stays, and the source is asked again later and later.</remarks>
public sealed class CertificateWatch : IAsyncDisposable
{
    /// <summary>Longest wait between two looks, so that a turned clock is noticed.</summary>
    static readonly TimeSpan Longest = TimeSpan.FromHours(12);

    readonly ICertificateSource source;
    readonly TlsCertificate certificate;
    readonly TimeProvider time;
    readonly Entropy entropy;
    readonly ILogger logger;
    readonly CancellationTokenSource stop = new();
    Task running = Task.CompletedTask;
    int failures;
    string? told;

    public CertificateWatch(
        ICertificateSource source,
        TlsCertificate certificate,
        TimeProvider time,
        Entropy entropy,
        ILoggerFactory loggers
    )
    {
        this.source = source;
        this.certificate = certificate;
        this.time = time;
        this.entropy = entropy;
        logger = loggers.CreateLogger<CertificateWatch>();
    }

    public void Start() => running = Task.Run(RunAsync);

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running;
        stop.Dispose();
    }

    async Task RunAsync()
    {
        try
        {
            while (true)
                await Task.Delay(await LookAsync(), time, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Log.WatchEnded(logger);
        }
    }

    /// <returns>How long to wait until the next look.</returns>
    async Task<TimeSpan> LookAsync()
    {
        try
        {
            var (changed, next) = await source.LookAsync(stop.Token);
            (failures, told) = (0, null);
            if (changed is not null)
            {
                certificate.Use(changed);
                Log.Changed(logger, string.Join(", ", changed.Names), changed.NotAfter);
            }
            return Bounded(next);
        }
        catch (CertificateException e)
        {
            var wait = Backoff();
            wait = Bounded(e.RetryAfter > wait ? e.RetryAfter : wait);
            if (told != e.Message)
                Log.NotRenewed(logger, e.Message, wait, certificate.Current.NotAfter);
            told = e.Message;
            return wait;
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            Log.SourceFailed(logger, e);
            return Bounded(Backoff());
        }
    }

    /// <summary>Doubles from the source's first wait to its longest, and up to a tenth more, so that many do not come at once.</summary>
    TimeSpan Backoff()
    {
        var (first, most) = source.Retry;
        var wait = first * Math.Pow(2, Math.Min(failures++, 30));
        wait = wait < most ? wait : most;
        return wait + wait * (entropy.Next64() % 100 / 1000.0);
    }

    static TimeSpan Bounded(TimeSpan wait) => wait < Longest ? wait : Longest;
}
