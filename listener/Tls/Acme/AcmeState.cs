using System.Security.Cryptography;

namespace Cloud.Listener.Tls.Acme;

/// <summary>The account's key, and the certificate with its key.</summary>
/// <remarks>Each authority has its own folder: what a test authority issued is never served for the real one's.</remarks>
sealed class AcmeState(IAcmeFiles files, Uri authority)
{
    readonly string folder = $"acme/{authority.Host}-{authority.Port}";

    string AccountFile => $"{folder}/account.pem";

    /// <summary>Chain and key in one file, so that they change together.</summary>
    string CertificateFile => $"{folder}/certificate.pem";

    /// <summary>The account's key; made at the first time.</summary>
    /// <exception cref="CertificateException">The file cannot be used; it is not replaced, since it is the account.</exception>
    public async ValueTask<AccountKey> AccountAsync(CancellationToken cancel)
    {
        var text = await files.ReadAsync(AccountFile, cancel);
        if (text is null)
        {
            var key = AccountKey.Create();
            if (await files.TryAddAsync(AccountFile, key.ToPem(), cancel))
                return key;
            key.Dispose();
            text = await files.ReadAsync(AccountFile, cancel); // Another replica was faster: it is one account.
        }
        try
        {
            return AccountKey.FromPem(text ?? "");
        }
        catch (CryptographicException e)
        {
            throw new CertificateException($"{AccountFile}: {e.Message}", e);
        }
    }

    /// <returns>Null when there is none that can be used.</returns>
    /// <exception cref="CertificateException">Whether there is one cannot be told: to order another would be hasty.</exception>
    public async ValueTask<ServerCertificate?> CertificateAsync(CancellationToken cancel)
    {
        if (await files.ReadAsync(CertificateFile, cancel) is not { } text)
            return null;
        try
        {
            return ServerCertificate.FromPem(text, text);
        }
        catch (CertificateException)
        {
            return null; // Another is ordered: it costs the authority's patience, not mail.
        }
    }

    /// <exception cref="CertificateException">It could not be written.</exception>
    public ValueTask KeepAsync(string chain, string key, CancellationToken cancel) =>
        files.WriteAsync(CertificateFile, key + chain, cancel);
}
