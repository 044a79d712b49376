using System.Security.Cryptography;
using Cloud.Store.Ports;
using Cloud.Trust.Crypto;

namespace Cloud.Trust.Dkim;

/// <summary>A private key of a domain, with the selector it is published under.</summary>
public sealed class DkimKey : IDisposable
{
    /// <summary>Bits of a new RSA key. RFC 8301 §3.2.</summary>
    public const int RsaBits = 2048;

    /// <summary>Octets of one string of a TXT record. RFC 1035 §3.3.</summary>
    const int MaxString = 255;

    readonly RSA? rsa;
    readonly byte[] seed = [];

    DkimKey(string selector, RSA rsa) => (Selector, this.rsa, Bits) = (selector, rsa, rsa.KeySize);

    DkimKey(string selector, byte[] seed) => (Selector, this.seed, Bits) = (selector, seed, 256);

    public string Selector { get; }

    public int Bits { get; }

    public DkimAlgorithm Algorithm => rsa is null ? DkimAlgorithm.Ed25519Sha256 : DkimAlgorithm.RsaSha256;

    /// <summary>a=.</summary>
    public string AlgorithmName => rsa is null ? "ed25519-sha256" : "rsa-sha256";

    /// <summary>What to publish at `selector._domainkey.domain`. RFC 6376 §3.6.1, RFC 8463 §4.</summary>
    public string RecordText =>
        rsa is null
            ? $"v=DKIM1; k=ed25519; p={Convert.ToBase64String(Ed25519.PublicKey(seed))}"
            : $"v=DKIM1; k=rsa; p={Convert.ToBase64String(rsa.ExportSubjectPublicKeyInfo())}";

    /// <summary>The same as the strings of a TXT record, each of 255 octets at most.</summary>
    public IReadOnlyList<string> RecordStrings =>
        [.. RecordText.Chunk(MaxString).Select(characters => new string(characters))];

    /// <summary>A new key of 2048 bits; the platform's generator makes it.</summary>
    public static DkimKey GenerateRsa(string selector) => new(selector, RSA.Create(RsaBits));

    public static DkimKey GenerateEd25519(string selector, Entropy entropy) =>
        new(selector, entropy.Bytes(Ed25519.SeedSize));

    /// <param name="selector">Where it is published.</param>
    /// <param name="algorithm">RSA or Ed25519.</param>
    /// <param name="octets">As <see cref="Export"/> gave them.</param>
    /// <exception cref="CryptographicException">They are no such key.</exception>
    public static DkimKey Import(string selector, DkimAlgorithm algorithm, ReadOnlySpan<byte> octets)
    {
        if (algorithm == DkimAlgorithm.Ed25519Sha256)
        {
            return octets.Length == Ed25519.SeedSize
                ? new(selector, octets.ToArray())
                : throw new CryptographicException("An Ed25519 seed has 32 octets.");
        }

        var rsa = RSA.Create();
        try
        {
            rsa.ImportPkcs8PrivateKey(octets, out _);
            return new(selector, rsa);
        }
        catch (CryptographicException)
        {
            rsa.Dispose();
            throw;
        }
    }

    /// <summary>The secret: PKCS #8 of RSA, the seed of Ed25519. To be encrypted before it rests anywhere.</summary>
    public byte[] Export() => rsa is null ? [.. seed] : rsa.ExportPkcs8PrivateKey();

    /// <param name="hash">SHA-256 of what is signed; Ed25519 signs the hash (RFC 8463 §3).</param>
    internal byte[] Sign(byte[] hash) =>
        rsa is null
            ? Ed25519.Sign(hash, seed)
            : rsa.SignHash(hash, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

    public void Dispose()
    {
        rsa?.Dispose();
        CryptographicOperations.ZeroMemory(seed);
    }
}
