using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Cloud.Trust.Crypto;

namespace Cloud.Trust.Dkim;

/// <summary>A key that verifies: RSA where <see cref="rsa"/> is there, else Ed25519.</summary>
sealed class DkimPublicKey : IDisposable
{
    /// <summary>Octets of an RSA exponent. Real ones are 65537 or 3; the time of a check rises with it.</summary>
    const int MaxExponent = 8;

    readonly RSA? rsa;
    readonly byte[] ed25519 = [];

    DkimPublicKey(RSA rsa) => (this.rsa, Bits) = (rsa, rsa.KeySize);

    DkimPublicKey(byte[] ed25519) => (this.ed25519, Bits) = (ed25519, 256);

    public int Bits { get; }

    /// <summary>Reads p=: RFC 8463 §4.2 for Ed25519; for RSA a SubjectPublicKeyInfo, or RSAPublicKey by the letter of
    /// RFC 6376 §3.6.1.</summary>
    public static bool TryRead(DkimKeyRecord record, [NotNullWhen(true)] out DkimPublicKey? key)
    {
        key =
            record.Type == "rsa" ? ReadRsa(record.Key)
            : Ed25519.IsPublicKey(record.Key) ? new(record.Key)
            : null;
        return key is not null;
    }

    public bool Verifies(byte[] hash, byte[] signature)
    {
        if (rsa is null)
            return Ed25519.Verify(signature, hash, ed25519);
        try
        {
            return rsa.VerifyHash(hash, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        }
        catch (CryptographicException)
        {
            return false; // A modulus that is none, such as an even one.
        }
    }

    public void Dispose() => rsa?.Dispose();

    static DkimPublicKey? ReadRsa(byte[] octets)
    {
        var rsa = RSA.Create();
        try
        {
            if (!TryImport(rsa, octets) || rsa.ExportParameters(false).Exponent!.Length > MaxExponent)
            {
                rsa.Dispose();
                return null;
            }
        }
        catch (CryptographicException)
        {
            rsa.Dispose();
            return null;
        }

        return new(rsa);
    }

    static bool TryImport(RSA rsa, byte[] octets)
    {
        try
        {
            rsa.ImportSubjectPublicKeyInfo(octets, out var read);
            return read == octets.Length;
        }
        catch (CryptographicException)
        {
            rsa.ImportRSAPublicKey(octets, out var read);
            return read == octets.Length;
        }
    }
}
