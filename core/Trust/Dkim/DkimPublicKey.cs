using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Cloud.Trust.Crypto;

namespace Cloud.Trust.Dkim;

/// <summary>A key that verifies: RSA where <see cref="rsa"/> is there, else Ed25519.</summary>
sealed class DkimPublicKey : IDisposable
{
    readonly RSA? rsa;
    readonly byte[] octets;
    readonly EdwardsPoint point;

    DkimPublicKey(byte[] octets, RSA rsa) => (this.octets, this.rsa, Bits) = (octets, rsa, rsa.KeySize);

    DkimPublicKey(byte[] octets, in EdwardsPoint point) => (this.octets, this.point, Bits) = (octets, point, 256);

    public int Bits { get; }

    /// <summary>Reads p=: RFC 8463 §4.2 for Ed25519; for RSA a SubjectPublicKeyInfo, or RSAPublicKey by the letter of
    /// RFC 6376 §3.6.1.</summary>
    public static bool TryRead(DkimKeyRecord record, [NotNullWhen(true)] out DkimPublicKey? key)
    {
        key =
            record.Type == "rsa" ? (RsaKeys.TryTake(record.Key, out var rsa) ? new(record.Key, rsa) : null)
            : Ed25519.TryReadKey(record.Key, out var point) ? new(record.Key, point)
            : null;
        return key is not null;
    }

    public bool Verifies(byte[] hash, byte[] signature)
    {
        if (rsa is null)
            return Ed25519.Verify(signature, hash, octets, point);
        try
        {
            return rsa.VerifyHash(hash, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        }
        catch (CryptographicException)
        {
            return false; // A modulus that is none, such as an even one.
        }
    }

    public void Dispose()
    {
        if (rsa is not null)
            RsaKeys.Return(octets, rsa);
    }
}
