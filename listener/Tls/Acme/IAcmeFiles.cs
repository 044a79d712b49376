namespace Cloud.Listener.Tls.Acme;

/// <summary>What must outlive a restart: small secrets in PEM, by names such as <c>acme/AUTHORITY/account.pem</c>.</summary>
public interface IAcmeFiles
{
    /// <returns>Null when there is none.</returns>
    /// <exception cref="CertificateException">Whether there is one cannot be told now.</exception>
    ValueTask<string?> ReadAsync(string name, CancellationToken cancel);

    /// <returns>False when there is one already, which stays.</returns>
    /// <exception cref="CertificateException">It could not be written.</exception>
    ValueTask<bool> TryAddAsync(string name, string text, CancellationToken cancel);

    /// <summary>Writes it, whole or not at all, in the place of what was there.</summary>
    /// <exception cref="CertificateException">It could not be written.</exception>
    ValueTask WriteAsync(string name, string text, CancellationToken cancel);
}
