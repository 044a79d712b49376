namespace Cloud.Listener.Tls;

/// <summary>Where the server's certificate comes from. <see cref="CertificateWatch"/> asks; it is called by one at a time.</summary>
public interface ICertificateSource
{
    /// <summary>How long to wait after a failure: the first time, and at most; between them it doubles.</summary>
    (TimeSpan First, TimeSpan Most) Retry { get; }

    /// <summary>Looks for a certificate; may take minutes where one is ordered.</summary>
    /// <exception cref="CertificateException">There is none to be had now; what was used before stays in use.</exception>
    ValueTask<CertificateLook> LookAsync(CancellationToken cancel);
}

/// <summary>What a look brought.</summary>
/// <param name="Changed">Another certificate than the look before brought; null when nothing has changed.</param>
/// <param name="Next">When to look again.</param>
public readonly record struct CertificateLook(ServerCertificate? Changed, TimeSpan Next);

/// <summary>No certificate for now.</summary>
/// <param name="message">Why, for the operator; without secrets.</param>
/// <param name="retryAfter">Not to be asked again before; zero where nobody said so.</param>
public class CertificateException(string message, Exception? inner = null, TimeSpan retryAfter = default)
    : Exception(message, inner)
{
    public TimeSpan RetryAfter { get; } = retryAfter;
}
