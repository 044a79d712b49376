using System.Security.Cryptography;
using Cloud.Store.Directory;
using Cloud.Store.Ports;
using Cloud.Trust.Dkim;

namespace Cloud.Flow.Keys;

/// <summary>The keys with which our domains sign: made, kept encrypted, rotated, handed out.</summary>
/// <remarks>
/// Invariants: a private key is in the store only as <see cref="KeyEncryptionKey"/> seals it, bound to domain and selector;
/// a domain with keys has exactly one active pair; a selector never names two keys. Each change also replaces the
/// domain's row, so of two at once one is refused, and a domain that goes takes its keys with it.
/// </remarks>
/// <param name="encryption">Null where it is not known: then nothing is made, and nothing can sign.</param>
sealed class DomainKeys(MailDirectory directory, KeyEncryptionKey? encryption, TimeProvider time, Entropy entropy)
{
    /// <summary>Times that a change by somebody else is looked at again.</summary>
    const int Tries = 5;

    /// <summary>Letters of a pair's name that are drawn: no vowels, so no words; nothing that is read as another.</summary>
    const string Letters = "bcdfghjkmnpqrstvwxyz23456789";

    /// <summary>Characters drawn: 28^6, so that keys made elsewhere for the same domain have other names.</summary>
    const int NameLength = 6;

    /// <summary>Whether keys can be made and used here.</summary>
    public bool CanSign => encryption is not null;

    /// <summary>The keys to sign with, RSA first; the caller disposes of them.</summary>
    /// <param name="domain">Of ours, canonical.</param>
    /// <returns>None where the domain is not ours, or the key-encryption key is not known.</returns>
    /// <exception cref="CryptographicException">They were sealed with another key-encryption key, or are damaged.</exception>
    public async ValueTask<IReadOnlyList<DkimKey>> SigningAsync(string domain, CancellationToken cancel)
    {
        if (encryption is null)
            return [];
        var rows = await EnsureAsync(domain, cancel);
        return rows.Find(row => row.Pair.State == DomainKeyState.Active)?.Pair is { } active
            ? Open(encryption, domain, active)
            : [];
    }

    /// <summary>A domain's pairs in the order they were made. Where there are none yet they are made, if they can be.</summary>
    public async ValueTask<IReadOnlyList<DomainKeyPair>> ListAsync(string domain, CancellationToken cancel) =>
        [.. (await EnsureAsync(domain, cancel)).Select(row => Public(row.Pair))];

    /// <summary>The rows that make a new domain's first pair, for the transaction that makes the domain.</summary>
    public void AddFirst(string domain, RowTransaction transaction)
    {
        if (encryption is not null)
            transaction.Insert(
                DirectoryRows.Key(domain, 1),
                DirectoryRows.ToKeyRow(Make(encryption, domain, DomainKeyState.Active))
            );
    }

    /// <summary>Removes a domain's keys, in the transaction that removes the domain.</summary>
    public async ValueTask RemoveAllAsync(string domain, RowTransaction transaction, CancellationToken cancel)
    {
        await foreach (var row in directory.ListAsync(DirectoryRows.Keys(domain), cancel))
            transaction.Delete(row.Key.Row, row.ETag);
    }

    /// <summary>Makes the next pair unless there is one; forgets pairs that were retired long ago.</summary>
    /// <returns>The upcoming pair; null where the domain is not ours, keys cannot be made, or others kept changing it.</returns>
    public async ValueTask<DomainKeyPair?> PrepareAsync(string domain, CancellationToken cancel)
    {
        for (var i = 0; encryption is not null && i < Tries; i++)
        {
            var rows = await EnsureAsync(domain, cancel);
            if (rows.Find(row => row.Pair.State == DomainKeyState.Upcoming) is { } there)
                return Public(there.Pair);
            if (rows.Count == 0 || await ChangeOfAsync(domain, cancel) is not { } change)
                return null;
            var next = Make(encryption, domain, DomainKeyState.Upcoming);
            change.Insert(DirectoryRows.Key(domain, rows[^1].Number + 1), DirectoryRows.ToKeyRow(next));
            foreach (var row in rows.Where(row => Public(row.Pair).Until < time.GetUtcNow()))
                change.Delete(DirectoryRows.Key(domain, row.Number), row.ETag);
            if ((await directory.CommitAsync(change)).Committed)
                return Public(next);
        }
        return null;
    }

    /// <summary>Lets the upcoming pair sign, and retires the one that did: its private keys are gone.</summary>
    /// <param name="domain">Of ours, canonical.</param>
    /// <param name="name">The upcoming pair's, as the caller saw it published.</param>
    /// <returns>False where it is not upcoming (any more), or somebody else changed the domain at the same moment.</returns>
    public async ValueTask<bool> ActivateAsync(string domain, string name, CancellationToken cancel)
    {
        var rows = await ReadAsync(domain, cancel);
        var next = rows.Find(row => row.Pair.State == DomainKeyState.Upcoming && row.Pair.Name == name);
        if (next is null || await ChangeOfAsync(domain, cancel) is not { } change)
            return false;
        var now = time.GetUtcNow();
        Replace(next, next.Pair with { State = DomainKeyState.Active, Since = now });
        foreach (var row in rows.Where(row => row.Pair.State == DomainKeyState.Active))
            Replace(row, row.Pair with { State = DomainKeyState.Retired, Since = now, Rsa = [], Ed25519 = [] });
        return (await directory.CommitAsync(change)).Committed;

        void Replace(Stored row, DomainKeyRow pair) =>
            change.Replace(DirectoryRows.Key(domain, row.Number), DirectoryRows.ToKeyRow(pair), row.ETag);
    }

    /// <summary>The pairs; where there are none the first one is made, by whoever comes first.</summary>
    async ValueTask<List<Stored>> EnsureAsync(string domain, CancellationToken cancel)
    {
        var rows = await ReadAsync(domain, cancel);
        for (var i = 0; encryption is not null && rows.Count == 0 && i < Tries; i++)
        {
            if (await ChangeOfAsync(domain, cancel) is not { } change)
                return [];
            AddFirst(domain, change);
            await directory.CommitAsync(change);
            rows = await ReadAsync(domain, cancel);
        }
        return rows;
    }

    /// <returns>A transaction that holds only while the domain stays as it is now; null where it is not ours.</returns>
    async ValueTask<RowTransaction?> ChangeOfAsync(string domain, CancellationToken cancel) =>
        await directory.ReadAsync(DirectoryRows.Domain(domain), cancel) is { } row
            ? new RowTransaction(DirectoryRows.Partition).Replace(row.Key.Row, row.Data, row.ETag)
            : null;

    async ValueTask<List<Stored>> ReadAsync(string domain, CancellationToken cancel)
    {
        var rows = new List<Stored>();
        await foreach (var row in directory.ListAsync(DirectoryRows.Keys(domain), cancel))
            rows.Add(new(DirectoryRows.KeyNumber(row.Key.Row), DirectoryRows.ToKeys(row.Data), row.ETag));
        return rows;
    }

    DomainKeyRow Make(KeyEncryptionKey sealing, string domain, DomainKeyState state)
    {
        var drawn = entropy.Bytes(NameLength).Select(octet => Letters[octet % Letters.Length]);
        var name = $"cloud-{string.Concat(drawn)}";
        using var rsa = DkimKey.GenerateRsa(Rsa(name));
        using var ed25519 = DkimKey.GenerateEd25519(Ed25519(name), entropy);
        return new(name, state, time.GetUtcNow(), rsa.RecordText, Seal(rsa), ed25519.RecordText, Seal(ed25519));

        byte[] Seal(DkimKey key)
        {
            var secret = key.Export();
            try
            {
                return sealing.Seal(secret, Purpose(domain, key.Selector), entropy);
            }
            finally
            {
                CryptographicOperations.ZeroMemory(secret);
            }
        }
    }

    static IReadOnlyList<DkimKey> Open(KeyEncryptionKey sealing, string domain, DomainKeyRow pair)
    {
        var rsa = Open(Rsa(pair.Name), DkimAlgorithm.RsaSha256, pair.Rsa);
        try
        {
            return [rsa, Open(Ed25519(pair.Name), DkimAlgorithm.Ed25519Sha256, pair.Ed25519)];
        }
        catch (CryptographicException)
        {
            rsa.Dispose();
            throw;
        }

        DkimKey Open(string selector, DkimAlgorithm algorithm, byte[] octets)
        {
            var secret = sealing.Open(octets, Purpose(domain, selector));
            try
            {
                return DkimKey.Import(selector, algorithm, secret);
            }
            finally
            {
                CryptographicOperations.ZeroMemory(secret);
            }
        }
    }

    static DomainKeyPair Public(DomainKeyRow pair) =>
        new(
            pair.Name,
            pair.State,
            pair.Since,
            [new(Rsa(pair.Name), pair.RsaText), new(Ed25519(pair.Name), pair.Ed25519Text)]
        );

    static string Rsa(string name) => $"{name}-rsa";

    static string Ed25519(string name) => $"{name}-ed25519";

    /// <summary>What a sealed key is bound to.</summary>
    static string Purpose(string domain, string selector) => $"dkim {selector}._domainkey.{domain}";

    sealed record Stored(int Number, DomainKeyRow Pair, string ETag);
}
