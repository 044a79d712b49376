using System.Security.Cryptography;

namespace Cloud.Listener.Tls.Acme;

/// <summary>What must outlive a restart: the account's key, and the certificate with its key. Files of mode 600.</summary>
/// <remarks>Each authority has its own folder: what a test authority issued is never served for the real one's.</remarks>
sealed class AcmeState
{
    readonly string folder;

    public AcmeState(string directory, Uri authority)
    {
        folder = Path.Combine(directory, "acme", $"{authority.Host}-{authority.Port}");
    }

    string AccountFile => Path.Combine(folder, "account.pem");

    /// <summary>Chain and key in one file, so that they change together.</summary>
    string CertificateFile => Path.Combine(folder, "certificate.pem");

    /// <summary>The account's key; made at the first time.</summary>
    /// <exception cref="CertificateException">The file cannot be used; it is not replaced, since it is the account.</exception>
    public AccountKey Account()
    {
        try
        {
            if (File.Exists(AccountFile))
                return AccountKey.FromPem(File.ReadAllText(AccountFile));
            MakeFolder();
            var key = AccountKey.Create();
            ServerCertificate.WriteSecret(AccountFile, key.ToPem());
            return key;
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new CertificateException($"{AccountFile}: {e.Message}", e);
        }
    }

    /// <returns>Null when there is none that can be used.</returns>
    public ServerCertificate? Certificate()
    {
        if (!File.Exists(CertificateFile))
            return null;
        try
        {
            var text = File.ReadAllText(CertificateFile);
            return ServerCertificate.FromPem(text, text);
        }
        catch (Exception e) when (e is CertificateException or IOException or UnauthorizedAccessException)
        {
            return null; // Another is ordered: it costs the authority's patience, not mail.
        }
    }

    /// <exception cref="CertificateException">It could not be written.</exception>
    public void Keep(string chain, string key)
    {
        try
        {
            MakeFolder();
            ServerCertificate.WriteSecret(CertificateFile, key + chain);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CertificateException($"{CertificateFile}: {e.Message}", e);
        }
    }

    void MakeFolder()
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(
                folder,
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            );
    }
}
