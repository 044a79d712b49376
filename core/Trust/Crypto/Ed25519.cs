using System.Security.Cryptography;

namespace Cloud.Trust.Crypto;

/// <summary>Ed25519, which the framework lacks. RFC 8032 §5.1.</summary>
/// <remarks>
/// What touches the seed takes the same time and reads the same memory for every seed. Verification takes as long as the
/// (public) key and signature ask for.
/// </remarks>
public static class Ed25519
{
    /// <summary>Octets of the secret from which all else follows.</summary>
    public const int SeedSize = 32;

    public const int PublicKeySize = 32;

    public const int SignatureSize = 64;

    /// <summary>The public key of a seed of 32 random octets. RFC 8032 §5.1.5.</summary>
    public static byte[] PublicKey(ReadOnlySpan<byte> seed)
    {
        Span<byte> expanded = stackalloc byte[SHA512.HashSizeInBytes];
        Expand(seed, expanded);
        var key = new byte[PublicKeySize];
        BaseMultiples.Multiply(Scalar.ReadAny(expanded)).Write(key);
        CryptographicOperations.ZeroMemory(expanded);
        return key;
    }

    /// <summary>Signs; the same message and seed give the same signature. RFC 8032 §5.1.6.</summary>
    /// <param name="message">Of any length.</param>
    /// <param name="seed">32 octets.</param>
    public static byte[] Sign(ReadOnlySpan<byte> message, ReadOnlySpan<byte> seed)
    {
        Span<byte> expanded = stackalloc byte[SHA512.HashSizeInBytes];
        Expand(seed, expanded);
        var secret = Scalar.ReadAny(expanded);
        Span<byte> key = stackalloc byte[PublicKeySize];
        BaseMultiples.Multiply(secret).Write(key);

        var nonce = Hash(expanded[32..], message, []);
        var signature = new byte[SignatureSize];
        BaseMultiples.Multiply(nonce).Write(signature);
        var challenge = Hash(signature.AsSpan(0, 32), key, message);
        Scalar.MultiplyAdd(challenge, secret, nonce).Write(signature.AsSpan(32));
        CryptographicOperations.ZeroMemory(expanded);
        return signature;
    }

    /// <summary>Verifies, strictly: one signature has one form. RFC 8032 §5.1.7, without the cofactor.</summary>
    /// <returns>False also for keys that are no points, written otherwise than they should be, or of small order.</returns>
    public static bool Verify(ReadOnlySpan<byte> signature, ReadOnlySpan<byte> message, ReadOnlySpan<byte> key) =>
        TryReadKey(key, out var point) && Verify(signature, message, key, point);

    /// <param name="point">The key as <see cref="TryReadKey"/> read it.</param>
    internal static bool Verify(
        ReadOnlySpan<byte> signature,
        ReadOnlySpan<byte> message,
        ReadOnlySpan<byte> key,
        in EdwardsPoint point
    )
    {
        if (signature.Length != SignatureSize || !Scalar.TryRead(signature[32..], out var s))
            return false;

        var challenge = Hash(signature[..32], key, message);
        Span<byte> r = stackalloc byte[FieldElement.Size];
        BaseMultiples.MultiplyPublic(s, challenge, point.Negated()).Write(r);
        return r.SequenceEqual(signature[..32]);
    }

    /// <summary>Whether the octets are a key that verifies anything.</summary>
    public static bool IsPublicKey(ReadOnlySpan<byte> key) => TryReadKey(key, out _);

    internal static bool TryReadKey(ReadOnlySpan<byte> key, out EdwardsPoint point)
    {
        point = EdwardsPoint.Identity;
        return key.Length == PublicKeySize && EdwardsPoint.TryRead(key, out point) && !point.HasSmallOrder;
    }

    static void Expand(ReadOnlySpan<byte> seed, Span<byte> expanded)
    {
        if (seed.Length != SeedSize)
            throw new ArgumentException("A seed has 32 octets.", nameof(seed));
        SHA512.HashData(seed, expanded);
        expanded[0] &= 0xF8;
        expanded[31] &= 0x7F;
        expanded[31] |= 0x40;
    }

    static Scalar Hash(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, ReadOnlySpan<byte> third)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA512);
        sha.AppendData(first);
        sha.AppendData(second);
        sha.AppendData(third);
        Span<byte> hash = stackalloc byte[SHA512.HashSizeInBytes];
        sha.GetHashAndReset(hash);
        var scalar = Scalar.Reduce(hash);
        CryptographicOperations.ZeroMemory(hash);
        return scalar;
    }
}
