using System.Security.Cryptography;
using System.Text;
using Cloud.Store.Ports;

namespace Cloud.Store.Directory;

/// <summary>Passwords become SCRAM-SHA-256 credentials (RFC 5802 §3, RFC 7677); the password itself is never kept.</summary>
static class Passwords
{
    /// <summary>
    /// PBKDF2 rounds: some 15 ms of one core, which a login can bear and a guesser of stolen rows cannot.
    /// RFC 7677 §4 asks for at least 4,096; Cyrus SASL, which mutt and mbsync use, refuses more than 65,536.
    /// </summary>
    public const int Iterations = 65_536;

    /// <summary>Octets of salt.</summary>
    public const int SaltBytes = 16;

    /// <summary>Characters of a password; beyond it only work is gained.</summary>
    public const int MaxLength = 1024;

    /// <summary>Credentials of random octets, which no password leads to: for what nobody logs in to.</summary>
    public static Credentials None(Entropy entropy) =>
        new(
            entropy.Bytes(SaltBytes),
            Iterations,
            entropy.Bytes(SHA256.HashSizeInBytes),
            entropy.Bytes(SHA256.HashSizeInBytes)
        );

    /// <returns>Null when the password holds what SASLprep prohibits, is empty or too long.</returns>
    public static Credentials? Derive(string password, Entropy entropy) =>
        Derive(password, entropy.Bytes(SaltBytes), Iterations);

    public static Credentials? Derive(string password, byte[] salt, int iterations)
    {
        if (SaslPrep.Prepare(password) is not { } prepared)
            return null;
        var salted = Rfc2898DeriveBytes.Pbkdf2(
            Encoding.UTF8.GetBytes(prepared),
            salt,
            iterations,
            HashAlgorithmName.SHA256,
            SHA256.HashSizeInBytes
        );
        var clientKey = HMACSHA256.HashData(salted, "Client Key"u8);
        var serverKey = HMACSHA256.HashData(salted, "Server Key"u8);
        return new(salt, iterations, SHA256.HashData(clientKey), serverKey);
    }

    /// <summary>Takes as long for a wrong password as for a right one.</summary>
    /// <param name="all">Of one salt and as many rounds; at least one.</param>
    /// <returns>Those that the password opens; null where it opens none.</returns>
    public static Credentials? Find(string password, IReadOnlyList<Credentials> all)
    {
        var derived = Derive(password, all[0].Salt, all[0].Iterations);
        Credentials? found = null;
        foreach (var one in all)
        {
            if (derived is not null && CryptographicOperations.FixedTimeEquals(derived.StoredKey, one.StoredKey))
                found = one;
        }
        return found;
    }

    /// <summary>Checks a client's proof (RFC 5802 §3).</summary>
    /// <returns>The ServerSignature; null when the proof is wrong.</returns>
    public static byte[]? VerifyProof(ReadOnlySpan<byte> authMessage, ReadOnlySpan<byte> proof, Credentials credentials)
    {
        if (proof.Length != SHA256.HashSizeInBytes)
            return null;
        var clientKey = HMACSHA256.HashData(credentials.StoredKey, authMessage);
        for (var i = 0; i < clientKey.Length; i++)
            clientKey[i] ^= proof[i];
        return CryptographicOperations.FixedTimeEquals(SHA256.HashData(clientKey), credentials.StoredKey)
            ? HMACSHA256.HashData(credentials.ServerKey, authMessage)
            : null;
    }
}
