using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Cloud.Listener.Tls;

namespace Cloud.Tests.Listener.Tls;

/// <summary>RFC 5929 §4.1: which hash it is.</summary>
public sealed class ServerEndPointTests
{
    /// <summary>Made by `openssl req -x509 -newkey ed25519`.</summary>
    const string Ed25519 = """
        -----BEGIN CERTIFICATE-----
        MIIBPjCB8aADAgECAhRrvORn+Ii2Y1DvJxNglBg6dJyNUTAFBgMrZXAwFDESMBAG
        A1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMzE3MzMwNFoYDzIxMjYxMDMwMTczMzA0
        WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwKjAFBgMrZXADIQBpYZ3/00hu8rC+7vsR
        w4XtUwiIWPsiYuz0jizipGQIraNTMFEwHQYDVR0OBBYEFA+kk9jVL4PPMYQtprJO
        BZFjBtNtMB8GA1UdIwQYMBaAFA+kk9jVL4PPMYQtprJOBZFjBtNtMA8GA1UdEwEB
        /wQFMAMBAf8wBQYDK2VwA0EAOX5ArIo53jm34q6FpSSHp7mv2BicJ+TfQqWzoVsx
        4FQKmYiqw+h+F73PAz5ss/8L2ONVa94mO99CpBbwzsoBDA==
        -----END CERTIFICATE-----
        """;

    /// <summary>Made by `openssl req -x509 -sha1`, with a key of P-256.</summary>
    const string EcdsaSha1 = """
        -----BEGIN CERTIFICATE-----
        MIIBfjCCASSgAwIBAgIUaPXjIEZ/BhttWZze5lyPDneCOdQwCQYHKoZIzj0EATAU
        MRIwEAYDVQQDDAlsb2NhbGhvc3QwIBcNMjYxMTIzMTc0NjQ3WhgPMjEyNjEwMzAx
        NzQ2NDdaMBQxEjAQBgNVBAMMCWxvY2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49
        AwEHA0IABMjV4VoBiSXNb3VxhUjt7dXtdgaAz5Qdf5M0Km20l3PoYVe7qcNd9WNR
        ePbljlDUSKHIIQ7UgWsAHkDhiDCrhLqjUzBRMB0GA1UdDgQWBBTYXDy8z9oAcTX7
        Wn5EoIJSLgc8aDAfBgNVHSMEGDAWgBTYXDy8z9oAcTX7Wn5EoIJSLgc8aDAPBgNV
        HRMBAf8EBTADAQH/MAkGByqGSM49BAEDSQAwRgIhAKUdwjX4rRirhyRG3OhOWxXA
        KnnSVjmQlEarZvMiQX+DAiEA01YmhY4cZDH7DnWgGZngFgVzyCblOJqFb8jJkzSX
        Jks=
        -----END CERTIFICATE-----
        """;

    /// <summary>Made by `openssl req -x509 -sha1 -sigopt rsa_padding_mode:pss`, whose parameters are then all left out.</summary>
    const string PssSha1 = """
        -----BEGIN CERTIFICATE-----
        MIICBjCCAW+gAwIBAgIUa80olSYxxULYvW2KBzx484HsX6QwDQYJKoZIhvcNAQEK
        MAAwFDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMzE3NDY0N1oYDzIxMjYx
        MDMwMTc0NjQ3WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwgZ8wDQYJKoZIhvcNAQEB
        BQADgY0AMIGJAoGBANfAZyrcKmXuuYnJUUXPWdLBKu3IjSOuIovpQ0+oGIL2HrSd
        SCh1O8WE4ynpsTswRAP26+O0AM5nAd+RUsCj/kerAx2KDz9Ke1wD1iX3mVy5F/iJ
        AQwmdad2xwtUHksfKoKkFg3qc4DpaUQjYxYidD0TUQO0GL5x2v9S55JsMPPRAgMB
        AAGjUzBRMB0GA1UdDgQWBBScyz1+4ABCcpfVTd8hxxwbDffCtDAfBgNVHSMEGDAW
        gBScyz1+4ABCcpfVTd8hxxwbDffCtDAPBgNVHRMBAf8EBTADAQH/MA0GCSqGSIb3
        DQEBCjAAA4GBAFXvjP0tsfvgC34aEuSc1zFaF/tjUFzncxAzGGCsfWQW6A9agUJS
        X7BY1RDXzWOut5/9fLANkLVO3WSrcQ8yw/Aq3qDHPoAGQn0vwm7U2Tgnt22UGeEU
        MgSTKH3Xti4v7ZB8tRhYwiDv7uQekoNH1r3IzUmekZwBjPd6Iw8vFf/G
        -----END CERTIFICATE-----
        """;

    static X509Certificate2 Rsa(HashAlgorithmName hash, RSASignaturePadding padding)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, hash, padding);
        return request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(80));
    }

    [Theory]
    [InlineData("SHA256")]
    [InlineData("SHA384")]
    [InlineData("SHA512")]
    public void The_hash_is_that_of_the_signature(string hash)
    {
        foreach (var padding in new[] { RSASignaturePadding.Pkcs1, RSASignaturePadding.Pss })
        {
            using var certificate = Rsa(new(hash), padding);
            var expected = CryptographicOperations.HashData(new(hash), certificate.RawData);
            Assert.Equal(expected, ServerEndPoint.Of(certificate)!.Value.ToArray());
        }
    }

    [Theory]
    [InlineData("SHA256")]
    [InlineData("SHA384")]
    [InlineData("SHA512")]
    public void So_it_is_with_elliptic_curves(string hash)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, new HashAlgorithmName(hash));
        using var certificate = request.CreateSelfSigned(
            DateTimeOffset.UnixEpoch,
            DateTimeOffset.UnixEpoch.AddYears(80)
        );
        var expected = CryptographicOperations.HashData(new(hash), certificate.RawData);
        Assert.Equal(expected, ServerEndPoint.Of(certificate)!.Value.ToArray());
    }

    /// <summary>Expected are those of `openssl x509 -outform DER | sha256sum`.</summary>
    [Theory]
    [InlineData(EcdsaSha1, "3181B14651F1A10BAD34FC643DA262176E6F8BD20C9F0A3C21E2CDFCC521CE6C")]
    [InlineData(PssSha1, "7CFF028C4E8BDCBB57772324B4BAA7F34FFDF9BE273F16D007376FBDF69AB66F")]
    public void A_weak_hash_gives_way_to_a_strong_one(string pem, string expected)
    {
        using var certificate = X509Certificate2.CreateFromPem(pem);
        Assert.Equal(expected, Convert.ToHexString(ServerEndPoint.Of(certificate)!.Value.Span));
    }

    [Fact]
    public void A_signature_without_one_hash_has_no_binding_and_neither_has_a_connection_in_clear()
    {
        using var certificate = X509Certificate2.CreateFromPem(Ed25519);
        Assert.Null(ServerEndPoint.Of(certificate));
        Assert.Null(ServerEndPoint.Of(null));
    }
}
