namespace Cloud.Listener.Tls.Acme;

/// <summary>Proves to the authority that a name is ours.</summary>
public interface IChallengeResponder
{
    /// <summary>The kind of challenge: <c>http-01</c> or <c>dns-01</c> (RFC 8555 §8.3, §8.4).</summary>
    string Type { get; }

    /// <summary>Puts the proof where the authority will look for it; disposing takes it away.</summary>
    /// <param name="name">The DNS name, without a wildcard's <c>*.</c>.</param>
    /// <param name="keyAuthorization">RFC 8555 §8.1.</param>
    /// <exception cref="CertificateException">It could not be put there.</exception>
    ValueTask<IAsyncDisposable> PresentAsync(
        string name,
        string token,
        string keyAuthorization,
        CancellationToken cancel
    );

    /// <summary>How long until what was presented can be seen from everywhere.</summary>
    TimeSpan Settling { get; }
}
