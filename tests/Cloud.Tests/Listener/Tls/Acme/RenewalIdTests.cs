using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Cloud.Listener.Tls.Acme;

namespace Cloud.Tests.Listener.Tls.Acme;

public sealed class RenewalIdTests
{
    [Fact]
    public void A_certificates_id_is_the_one_of_the_standards_example()
    {
        // RFC 9773 §4.1.
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=x", key, HashAlgorithmName.SHA256);
        var issuer = Convert.FromHexString("69885B6B87464041E1B37B847BA0AE2CDE01C8D4");
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(issuer));
        var now = DateTimeOffset.UtcNow;
        var generator = X509SignatureGenerator.CreateForECDsa(key);
        using var certificate = request.Create(
            new X500DistinguishedName("CN=y"),
            generator,
            now,
            now.AddDays(1),
            [0x87, 0x65, 0x43, 0x21]
        );
        Assert.Equal("aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE", AcmeSource.CertificateId(certificate));
    }
}
