using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Cloud.Tests.Listener.Tls.Acme;

/// <summary>A root of our own that issues what a signing request asks for.</summary>
sealed class TestAuthority : IDisposable
{
    readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    byte serial = 0x7f;

    public TestAuthority(DateTimeOffset now)
    {
        var request = new CertificateRequest("CN=Test root", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        Root = request.CreateSelfSigned(now.AddDays(-1), now.AddYears(20));
    }

    public X509Certificate2 Root { get; }

    /// <returns>The chain, PEM.</returns>
    public string Issue(CertificateRequest request, DateTimeOffset now, TimeSpan lifetime)
    {
        var subject = new CertificateRequest(request.SubjectName, request.PublicKey, HashAlgorithmName.SHA256);
        foreach (var extension in request.CertificateExtensions)
            subject.CertificateExtensions.Add(extension);
        subject.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(Root, true, false));
        using var issued = subject.Create(Root, now, now + lifetime, [++serial, 1, 2, 3]);
        return $"{issued.ExportCertificatePem()}\n{Root.ExportCertificatePem()}\n";
    }

    /// <summary>A certificate with its key, PEM, for whoever needs one.</summary>
    public (string Chain, string Key) Make(DateTimeOffset now, TimeSpan lifetime, params string[] names)
    {
        using var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={names[0]}", own, HashAlgorithmName.SHA256);
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
            alternatives.AddDnsName(name);
        alternatives.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(alternatives.Build());
        return (Issue(request, now, lifetime), own.ExportPkcs8PrivateKeyPem() + "\n");
    }

    public void Dispose()
    {
        key.Dispose();
        Root.Dispose();
    }
}
