using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Cloud.Store.Ports;

namespace Cloud.Store.Directory;

/// <summary>Logins that succeeded a while ago, so that a client that looks each minute does not cost PBKDF2 each time.</summary>
/// <remarks>
/// Kept by user and client address: a guesser elsewhere finds nothing here to guess against quickly. What is kept is an
/// HMAC under a key of this process; a new password makes it void.
/// </remarks>
sealed class KnownLogins(TimeProvider time, Entropy entropy)
{
    const int Limit = 10_000;

    static readonly TimeSpan Age = TimeSpan.FromMinutes(10);

    readonly byte[] key = entropy.Bytes(32);
    readonly ConcurrentDictionary<string, (byte[] Proof, Credentials By, long At)> known = new(StringComparer.Ordinal);

    /// <returns>What the login was checked with; null where it is not known.</returns>
    public Credentials? Find(UserRow user, string client, string password)
    {
        if (!known.TryGetValue(Name(user, client), out var login) || time.GetElapsedTime(login.At) >= Age)
            return null;
        // Taken back or set anew since?
        var by = user.AllCredentials.FirstOrDefault(one => one.StoredKey.AsSpan().SequenceEqual(login.By.StoredKey));
        return by is not null && CryptographicOperations.FixedTimeEquals(login.Proof, Proof(by, password)) ? by : null;
    }

    public void Add(UserRow user, string client, string password, Credentials by)
    {
        if (known.Count >= Limit)
            known.Clear();
        known[Name(user, client)] = (Proof(by, password), by, time.GetTimestamp());
    }

    static string Name(UserRow user, string client) => $"{client} {user.Address}";

    byte[] Proof(Credentials by, string password)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        hmac.AppendData(by.StoredKey);
        hmac.AppendData(Encoding.UTF8.GetBytes(password));
        return hmac.GetHashAndReset();
    }
}
