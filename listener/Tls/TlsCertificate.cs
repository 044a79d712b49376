using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Cloud.Listener.Tls;

/// <summary>The server's certificate, from PEM files that may be renewed while it runs.</summary>
public sealed class TlsCertificate
{
    /// <summary>How often the files are looked at, when somebody connects.</summary>
    static readonly TimeSpan Recheck = TimeSpan.FromMinutes(1);

    readonly string certificatePath;
    readonly string keyPath;
    readonly TimeProvider time;
    readonly Lock gate = new();
    SslServerAuthenticationOptions options;
    DateTime written;
    DateTimeOffset checkedAt;

    TlsCertificate(string certificatePath, string keyPath, TimeProvider time)
    {
        this.certificatePath = certificatePath;
        this.keyPath = keyPath;
        this.time = time;
        options = Load();
        checkedAt = time.GetUtcNow();
    }

    /// <summary>For a handshake as the server: TLS 1.2 and 1.3 (RFC 8996 retired the others).</summary>
    public SslServerAuthenticationOptions ServerOptions
    {
        get
        {
            lock (gate)
            {
                if (time.GetUtcNow() - checkedAt > Recheck)
                {
                    checkedAt = time.GetUtcNow();
                    if (File.GetLastWriteTimeUtc(certificatePath) != written)
                        Reload();
                }
                return options;
            }
        }
    }

    /// <param name="keyPath">Unencrypted PKCS #8 or the older forms.</param>
    /// <exception cref="CryptographicException">The files do not hold a matching certificate and key.</exception>
    public static TlsCertificate FromFiles(string certificatePath, string keyPath, TimeProvider time) =>
        new(certificatePath, keyPath, time);

    /// <summary>Uses DIR/tls/certificate.pem and key.pem; makes a self-signed pair there when there is none.</summary>
    /// <param name="names">DNS names the certificate is for.</param>
    public static TlsCertificate SelfSigned(string directory, IReadOnlyList<string> names, TimeProvider time)
    {
        var folder = Path.Combine(directory, "tls");
        var (certificate, key) = (Path.Combine(folder, "certificate.pem"), Path.Combine(folder, "key.pem"));
        if (!File.Exists(certificate) || !File.Exists(key))
        {
            Directory.CreateDirectory(folder);
            Make(certificate, key, names, time.GetUtcNow());
        }
        return new TlsCertificate(certificate, key, time);
    }

    static void Make(string certificatePath, string keyPath, IReadOnlyList<string> names, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={names[0]}", key, HashAlgorithmName.SHA256);
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
            alternatives.AddDnsName(name);
        alternatives.AddIpAddress(System.Net.IPAddress.Loopback);
        request.CertificateExtensions.Add(alternatives.Build());
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddYears(10));

        var access = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            access.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new StreamWriter(keyPath, access))
            file.WriteLine(key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(certificatePath, certificate.ExportCertificatePem() + "\n");
    }

    void Reload()
    {
        try
        {
            options = Load();
        }
        catch (Exception e) when (e is CryptographicException or IOException)
        {
            // Half a renewal: the old certificate serves on until both files fit again.
        }
    }

    SslServerAuthenticationOptions Load()
    {
        var stamp = File.GetLastWriteTimeUtc(certificatePath);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(certificatePath);
        var leaf = X509Certificate2.CreateFromPemFile(certificatePath, keyPath);
        written = stamp;
        return new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(leaf, chain, offline: true),
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        };
    }
}
