using System.Security.Cryptography;
using System.Text;

namespace Cloud.Listener.Tls.Acme;

/// <summary>The key that is the ACME account: ECDSA on P-256 (ES256, RFC 7518 §3.4).</summary>
sealed class AccountKey : IDisposable
{
    readonly ECDsa key;

    AccountKey(ECDsa key)
    {
        this.key = key;
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        // Members in lexicographic order and no white space: this very text is hashed for the thumbprint.
        Jwk =
            $$"""{"crv":"P-256","kty":"EC","x":"{{Base64Url.Encode(point.X)}}","y":"{{Base64Url.Encode(point.Y)}}"}""";
        Thumbprint = Base64Url.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(Jwk)));
    }

    /// <summary>The public key as JSON (RFC 7517, RFC 7518 §6.2.1).</summary>
    public string Jwk { get; }

    /// <summary>RFC 7638 §3.</summary>
    public string Thumbprint { get; }

    public static AccountKey Create() => new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <exception cref="CryptographicException">No EC key on P-256 in PEM.</exception>
    public static AccountKey FromPem(string pem)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
            if (key.KeySize != 256)
                throw new CryptographicException("the account's key is not on P-256");
            return new(key);
        }
        catch (ArgumentException e)
        {
            key.Dispose();
            throw new CryptographicException("the account's key is no PEM", e);
        }
        catch (CryptographicException)
        {
            key.Dispose();
            throw;
        }
    }

    public string ToPem() => key.ExportPkcs8PrivateKeyPem() + "\n";

    /// <summary>R and S, 32 octets each (RFC 7518 §3.4).</summary>
    public byte[] Sign(ReadOnlySpan<byte> data) =>
        key.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

    public void Dispose() => key.Dispose();
}
