using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Cloud.Listener.Tls;

/// <summary>A certificate with its private key and the issuers to send along.</summary>
public sealed class ServerCertificate
{
    /// <summary>Octets of PEM or PFX: a chain of three with an RSA-4096 key has about 10 KiB.</summary>
    public const int MaxSize = 256 * 1024;

    ServerCertificate(X509Certificate2 leaf, X509Certificate2Collection chain)
    {
        Leaf = leaf;
        Context = SslStreamCertificateContext.Create(leaf, chain, offline: true);
    }

    public X509Certificate2 Leaf { get; }

    /// <summary>For handshakes as the server; made once, since it costs.</summary>
    public SslStreamCertificateContext Context { get; }

    /// <summary>The DNS names it is for.</summary>
    public IReadOnlyList<string> Names =>
        [
            .. Leaf
                .Extensions.OfType<X509SubjectAlternativeNameExtension>()
                .SelectMany(extension => extension.EnumerateDnsNames()),
        ];

    public DateTimeOffset NotBefore => new(Leaf.NotBefore.ToUniversalTime());

    public DateTimeOffset NotAfter => new(Leaf.NotAfter.ToUniversalTime());

    /// <returns>That its time is over, in words; null while it is not.</returns>
    public string? Expiry(DateTimeOffset now) =>
        now < NotAfter ? null : string.Create(CultureInfo.InvariantCulture, $"expired on {NotAfter.UtcDateTime:u}");

    /// <param name="chain">The server's certificate first, then its issuers.</param>
    /// <param name="key">Unencrypted, PKCS #8 or the older forms; may be the same text.</param>
    /// <exception cref="CertificateException">It is no certificate with its key.</exception>
    public static ServerCertificate FromPem(string chain, string key)
    {
        try
        {
            var certificates = new X509Certificate2Collection();
            certificates.ImportFromPem(chain);
            return new(X509Certificate2.CreateFromPem(chain, key), certificates);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new CertificateException($"this is no certificate with its key in PEM: {e.Message}", e);
        }
    }

    /// <param name="pfx">PKCS #12 without a password, as Key Vault hands it out.</param>
    /// <exception cref="CertificateException">It is no certificate with its key.</exception>
    public static ServerCertificate FromPfx(ReadOnlySpan<byte> pfx)
    {
        try
        {
            var certificates = X509CertificateLoader.LoadPkcs12Collection(pfx, null);
            var leaf =
                certificates.FirstOrDefault(certificate => certificate.HasPrivateKey)
                ?? throw new CertificateException("the PKCS #12 has no private key");
            return new(leaf, certificates);
        }
        catch (CryptographicException e)
        {
            throw new CertificateException($"this is no PKCS #12 without a password: {e.Message}", e);
        }
    }

    /// <summary>Makes a pair that nobody vouches for: mail servers encrypt with it all the same, clients ask.</summary>
    /// <param name="names">DNS names the certificate is for.</param>
    /// <returns>Certificate and key, PEM.</returns>
    public static (string Certificate, string Key) MakeSelfSigned(IReadOnlyList<string> names, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={names[0]}", key, HashAlgorithmName.SHA256);
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
            alternatives.AddDnsName(name);
        alternatives.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(alternatives.Build());
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddYears(10));
        return (certificate.ExportCertificatePem() + "\n", key.ExportPkcs8PrivateKeyPem() + "\n");
    }

    /// <summary>Writes a file that only its owner may read, whole or not at all.</summary>
    public static void WriteSecret(string path, string text)
    {
        var access = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            access.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var unfinished = $"{path}.new";
        File.Delete(unfinished); // A crash may have left it, with whatever mode.
        using (var file = new FileStream(unfinished, access))
        {
            file.Write(Encoding.ASCII.GetBytes(text));
            file.Flush(flushToDisk: true);
        }
        File.Move(unfinished, path, overwrite: true);
    }
}
