using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Cloud.Tests.Wire.Smtp;

/// <summary>Certificates for servers under test, each with its issuer behind it, which a root has issued.</summary>
static class TestCertificates
{
    static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;
    static readonly X509Certificate2 Root = Issue(
        "Test root",
        null,
        isAuthority: true,
        Now.AddDays(-2),
        Now.AddDays(2)
    );
    static readonly X509Certificate2 Issuer = Issue(
        "Test issuer",
        Root,
        isAuthority: true,
        Now.AddDays(-2),
        Now.AddDays(1)
    );

    public static X509Certificate2Collection Roots => [X509CertificateLoader.LoadCertificate(Root.RawData)];

    public static X509Certificate2Collection For(params string[] names) => Make(Now.AddHours(-1), names);

    public static X509Certificate2Collection Expired(params string[] names) => Make(Now.AddHours(-3), names);

    static X509Certificate2Collection Make(DateTimeOffset begin, string[] names) =>
        [
            Issue(names[0], Issuer, isAuthority: false, begin, begin.AddHours(2), names),
            X509CertificateLoader.LoadCertificate(Issuer.RawData),
        ];

    static X509Certificate2 Issue(
        string subject,
        X509Certificate2? issuer,
        bool isAuthority,
        DateTimeOffset begin,
        DateTimeOffset end,
        params string[] names
    )
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={subject}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, false, 0, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        if (names.Length > 0)
        {
            var alternatives = new SubjectAlternativeNameBuilder();
            foreach (var name in names)
                alternatives.AddDnsName(name);
            alternatives.AddIpAddress(IPAddress.Loopback);
            request.CertificateExtensions.Add(alternatives.Build());
        }

        if (issuer is null)
            return request.CreateSelfSigned(begin, end);
        request.CertificateExtensions.Add(
            X509AuthorityKeyIdentifierExtension.CreateFromCertificate(issuer, true, false)
        );
        using var bare = request.Create(issuer, begin, end, RandomNumberGenerator.GetBytes(8));
        return bare.CopyWithPrivateKey(key);
    }
}
