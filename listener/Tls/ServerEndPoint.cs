using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Cloud.Listener.Tls;

/// <summary>The channel binding <c>tls-server-end-point</c>: a hash of the certificate that a handshake presented (RFC 5929 §4).</summary>
static class ServerEndPoint
{
    const string RsaPss = "1.2.840.113549.1.1.10";

    /// <param name="certificate">Of the connection's own handshake: another may be in use since. Null in clear.</param>
    /// <returns>Null where there is none: without TLS, or for a signature that uses no one hash.</returns>
    public static ReadOnlyMemory<byte>? Of(X509Certificate? certificate)
    {
        if (certificate is not X509Certificate2 presented)
            return null;
        var algorithm = presented.SignatureAlgorithm.Value;
        if (algorithm == RsaPss)
            algorithm = PssHash(presented);
        if (HashOf(algorithm) is not { } hash)
            return null;
        return presented.GetCertHash(hash);
    }

    /// <summary>Of a signature's algorithm, or of the hash alone; MD5 and SHA-1 become SHA-256 (RFC 5929 §4.1).</summary>
    static HashAlgorithmName? HashOf(string? algorithm) =>
        algorithm switch
        {
            "1.2.840.113549.1.1.4" // md5WithRSAEncryption
            or "1.2.840.113549.1.1.5" // sha1WithRSAEncryption
            or "1.2.840.10045.4.1" // ecdsa-with-SHA1
            or "1.3.14.3.2.26" // id-sha1
            or "1.2.840.113549.1.1.11" // sha256WithRSAEncryption
            or "1.2.840.10045.4.3.2" // ecdsa-with-SHA256
            or "2.16.840.1.101.3.4.2.1" // id-sha256
            => HashAlgorithmName.SHA256,
            "1.2.840.113549.1.1.12" or "1.2.840.10045.4.3.3" or "2.16.840.1.101.3.4.2.2" => HashAlgorithmName.SHA384,
            "1.2.840.113549.1.1.13" or "1.2.840.10045.4.3.4" or "2.16.840.1.101.3.4.2.3" => HashAlgorithmName.SHA512,
            _ => null, // Ed25519 and its like hash inside, which §4.1 leaves undefined.
        };

    /// <summary>RSASSA-PSS names its hash in its parameters, <c>[0] HashAlgorithm DEFAULT sha1</c> (RFC 4055 §3.1).</summary>
    static string? PssHash(X509Certificate2 certificate)
    {
        try
        {
            var fields = new AsnReader(certificate.RawDataMemory, AsnEncodingRules.DER).ReadSequence();
            fields.ReadEncodedValue(); // tbsCertificate
            var algorithm = fields.ReadSequence();
            algorithm.ReadObjectIdentifier();
            var parameters = algorithm.ReadSequence();
            var first = new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true);
            return parameters.HasData && parameters.PeekTag() == first
                ? parameters.ReadSequence(first).ReadSequence().ReadObjectIdentifier()
                : "1.3.14.3.2.26";
        }
        catch (AsnContentException)
        {
            return null;
        }
    }
}
