using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Cloud.Store.Ports;

/// <summary>Encrypts other keys before they rest in the store: AES-256-GCM (NIST SP 800-38D).</summary>
/// <remarks>
/// Sealed: a version (1), eight octets that name the key-encryption key, a nonce of 12, the ciphertext, a tag of 16. The
/// key comes from a text that is kept outside of the store, by HKDF-SHA256 (RFC 5869).
/// </remarks>
public sealed class KeyEncryptionKey
{
    /// <summary>Characters of the text: 32 of base64 or of what azd generates hold far more than 128 bits.</summary>
    public const int MinSecret = 32;

    /// <summary>Octets that a sealed key has more than the key.</summary>
    public const int Overhead = 1 + IdSize + NonceSize + TagSize;

    const byte Version = 1;
    const int IdSize = 8;
    const int KeySize = 32;
    const int NonceSize = 12;
    const int TagSize = 16;

    readonly byte[] key;
    readonly byte[] id;

    KeyEncryptionKey(byte[] key, byte[] id) => (this.key, this.id) = (key, id);

    /// <param name="secret">The text; white space around it does not count.</param>
    /// <param name="key">Null for one that is shorter than <see cref="MinSecret"/>.</param>
    public static bool TryFromSecret(string secret, [NotNullWhen(true)] out KeyEncryptionKey? key)
    {
        var octets = Encoding.UTF8.GetBytes(secret.Trim());
        key =
            octets.Length < MinSecret
                ? null
                : new(Derive(octets, KeySize, "cloud key encryption 1"), Derive(octets, IdSize, "cloud key name 1"));
        return key is not null;
    }

    /// <summary>A new text for <see cref="TryFromSecret"/>: 256 bits in base64.</summary>
    public static string NewSecret(Entropy entropy) => Convert.ToBase64String(entropy.Bytes(KeySize));

    /// <param name="secret">The key to be kept.</param>
    /// <param name="purpose">Whose it is: the same is needed to get it back, so rows cannot be swapped.</param>
    /// <param name="entropy">For the nonce.</param>
    public byte[] Seal(ReadOnlySpan<byte> secret, string purpose, Entropy entropy)
    {
        var octets = new byte[Overhead + secret.Length];
        octets[0] = Version;
        id.CopyTo(octets, 1);
        var nonce = octets.AsSpan(1 + IdSize, NonceSize);
        entropy.Fill(nonce);
        using var aes = new AesGcm(key, TagSize);
        var rest = octets.AsSpan(1 + IdSize + NonceSize);
        aes.Encrypt(nonce, secret, rest[..secret.Length], rest[secret.Length..], Encoding.UTF8.GetBytes(purpose));
        return octets;
    }

    /// <exception cref="CryptographicException">
    /// Sealed with another key or for another purpose, or damaged; the message says which as far as it can be known.
    /// </exception>
    public byte[] Open(ReadOnlySpan<byte> octets, string purpose)
    {
        if (octets.Length < Overhead || octets[0] != Version)
            throw new CryptographicException("This is no sealed key.");
        if (!octets.Slice(1, IdSize).SequenceEqual(id))
            throw new CryptographicException("The key was sealed with another key-encryption key than the one here.");
        var secret = new byte[octets.Length - Overhead];
        using var aes = new AesGcm(key, TagSize);
        var text = octets[(1 + IdSize + NonceSize)..];
        aes.Decrypt(
            octets.Slice(1 + IdSize, NonceSize),
            text[..secret.Length],
            text[secret.Length..],
            secret,
            Encoding.UTF8.GetBytes(purpose)
        );
        return secret;
    }

    static byte[] Derive(byte[] secret, int length, string info) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, length, info: Encoding.UTF8.GetBytes(info));
}
