using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Cloud.Listener.Tls;

/// <summary>The certificate that handshakes use now; another may take its place while sessions go on.</summary>
public sealed class TlsCertificate
{
    volatile SslServerAuthenticationOptions options;

    public TlsCertificate(ServerCertificate certificate)
    {
        Current = certificate;
        options = Offer(certificate);
    }

    public ServerCertificate Current { get; private set; }

    /// <summary>For a handshake as the server: TLS 1.2 and 1.3 (RFC 8996 retired the others).</summary>
    public SslServerAuthenticationOptions ServerOptions => options;

    /// <summary>From now on. Connections that have TLS keep what they have.</summary>
    public void Use(ServerCertificate certificate)
    {
        Current = certificate;
        options = Offer(certificate);
    }

    /// <summary>A self-signed one that is forgotten at the end.</summary>
    public static TlsCertificate SelfSigned(IReadOnlyList<string> names, TimeProvider time)
    {
        var (certificate, key) = ServerCertificate.MakeSelfSigned(names, time.GetUtcNow());
        return new(ServerCertificate.FromPem(certificate, key));
    }

    /// <summary>Uses DIR/tls/certificate.pem and key.pem; makes a self-signed pair there when there is none.</summary>
    /// <param name="names">DNS names the certificate is for.</param>
    /// <exception cref="CertificateException">What is there is no certificate with its key.</exception>
    public static TlsCertificate SelfSigned(string directory, IReadOnlyList<string> names, TimeProvider time)
    {
        var folder = Path.Combine(directory, "tls");
        var files = new PemFiles(Path.Combine(folder, "certificate.pem"), Path.Combine(folder, "key.pem"));
        if (!File.Exists(files.CertificatePath) || !File.Exists(files.KeyPath))
        {
            Directory.CreateDirectory(folder);
            var (certificate, key) = ServerCertificate.MakeSelfSigned(names, time.GetUtcNow());
            ServerCertificate.WriteSecret(files.KeyPath, key);
            File.WriteAllText(files.CertificatePath, certificate);
        }
        return new(files.Load());
    }

    static SslServerAuthenticationOptions Offer(ServerCertificate certificate) =>
        new()
        {
            ServerCertificateContext = certificate.Context,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        };
}
