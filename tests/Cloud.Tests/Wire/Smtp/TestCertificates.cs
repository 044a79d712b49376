using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Cloud.Tests.Listener.Tls.Acme;

namespace Cloud.Tests.Wire.Smtp;

/// <summary>Certificates for servers under test, each with its root behind it.</summary>
static class TestCertificates
{
    static readonly TestAuthority Authority = new(DateTimeOffset.UtcNow);

    public static X509Certificate2Collection Roots => [X509CertificateLoader.LoadCertificate(Authority.Root.RawData)];

    public static X509Certificate2Collection For(params string[] names) => Make(TimeSpan.Zero, names);

    public static X509Certificate2Collection Expired(params string[] names) => Make(TimeSpan.FromHours(-2), names);

    static X509Certificate2Collection Make(TimeSpan begin, string[] names)
    {
        var (chain, key) = Authority.Make(DateTimeOffset.UtcNow + begin, TimeSpan.FromHours(1), names);
        var all = new X509Certificate2Collection();
        all.ImportFromPem(chain);
        using var bare = all[0];
        using var own = ECDsa.Create();
        own.ImportFromPem(key);
        all[0] = bare.CopyWithPrivateKey(own);
        return all;
    }
}
