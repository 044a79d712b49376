using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Cloud.Store;
using Cloud.Store.Directory;
using Cloud.Store.Ports;

namespace Cloud.Flow.Hooks;

/// <summary>What a link opens, while it is good.</summary>
/// <param name="Part">As IMAP numbers parts (<c>1.2</c>); null for the whole message.</param>
public sealed record LinkTarget(AccountId Account, EmailId Email, string? Part, DateTimeOffset Expires);

/// <summary>Short-lived links to a message and its parts: whoever has one may read that and nothing else.</summary>
/// <remarks>
/// The link itself says what it opens and how long, under an HMAC-SHA-256: nothing is written. The secrets lie in the
/// directory, the first made by whoever needs it first: all processes have the same.
/// </remarks>
public sealed class HookLinks
{
    /// <summary>Where they are answered, below the public address.</summary>
    public const string Path = "/api/v1/links/";

    /// <summary>Octets of the secret.</summary>
    const int KeyBytes = 32;

    /// <summary>Octets of the HMAC that a link bears: 128 bits nobody guesses.</summary>
    const int TagBytes = 16;

    /// <summary>Characters of a link's token; ours have some 130.</summary>
    const int MaxToken = 400;

    readonly MailDirectory directory;
    readonly TimeProvider time;
    readonly Entropy entropy;

    internal HookLinks(MailDirectory rows, TimeProvider clock, Entropy random) =>
        (directory, time, entropy) = (rows, clock, random);

    /// <exception cref="StoreException">The secret cannot be read now.</exception>
    internal async ValueTask<string> TokenAsync(LinkTarget target, CancellationToken cancel)
    {
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"{target.Account}|{target.Email}|{target.Part}|{target.Expires.ToUnixTimeSeconds()}"
        );
        var said = Encoding.ASCII.GetBytes(text);
        return Base64Url.EncodeToString([.. Tag((await SecretsAsync(cancel))[0].Key, said), .. said]);
    }

    /// <returns>Null for one that was not made here, or is too old.</returns>
    /// <exception cref="StoreException">The secret cannot be read now.</exception>
    public async ValueTask<LinkTarget?> OpenAsync(string token, CancellationToken cancel)
    {
        if (token.Length > MaxToken || !Base64Url.IsValid(token))
            return null;
        var octets = Base64Url.DecodeFromChars(token);
        if (octets.Length <= TagBytes)
            return null;
        var said = octets[TagBytes..];
        var now = time.GetUtcNow();
        var tag = octets[..TagBytes];
        var secrets = await SecretsAsync(cancel);
        if (!secrets.Any(one => one.CountsAt(now) && CryptographicOperations.FixedTimeEquals(Tag(one.Key, said), tag)))
            return null;
        var fields = Encoding.ASCII.GetString(said).Split('|');
        var expires = DateTimeOffset.FromUnixTimeSeconds(long.Parse(fields[3], CultureInfo.InvariantCulture));
        return expires <= now
            ? null
            : new(
                new(fields[0]),
                new(ulong.Parse(fields[1], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)),
                fields[2].Length == 0 ? null : fields[2],
                expires
            );
    }

    static byte[] Tag(byte[] key, byte[] said) => HMACSHA256.HashData(key, said)[..TagBytes];

    /// <summary>Makes a new secret; links that were made with those of before open for a while longer.</summary>
    /// <exception cref="StoreException">It is not made.</exception>
    public async ValueTask RotateAsync(TimeSpan overlap, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        await SecretsAsync(cancel);
        var row =
            await directory.ReadAsync(DirectoryRows.LinkSecret, cancel)
            ?? throw new StoreException("The secret of links is missing");
        var rotated = HookSecret.Rotated(SecretsOf(row.Data), entropy.Bytes(KeyBytes), now + overlap, now);
        var change = new RowTransaction(DirectoryRows.Partition);
        change.Replace(DirectoryRows.LinkSecret, ToRow(rotated), row.ETag);
        if (!(await directory.CommitAsync(change)).Committed)
            throw new StoreException("Somebody else changed the links' secret at the same moment: try again");
    }

    /// <summary>The newest first, as they were some seconds ago.</summary>
    async ValueTask<IReadOnlyList<HookSecret>> SecretsAsync(CancellationToken cancel)
    {
        if (await directory.LinkSecretsAsync(cancel) is { } known)
            return SecretsOf(known);
        var fresh = new RowTransaction(DirectoryRows.Partition);
        fresh.Insert(DirectoryRows.LinkSecret, ToRow([new(entropy.Bytes(KeyBytes), null)]));
        await directory.CommitAsync(fresh); // or somebody else's
        return await directory.LinkSecretsAsync(cancel) is { } made
            ? SecretsOf(made)
            : throw new StoreException("The secret of links is missing");
    }

    static RowData ToRow(IReadOnlyList<HookSecret> secrets) =>
        new() { { "Keys", JsonSerializer.SerializeToUtf8Bytes(secrets, HookJson.Default.SecretList) } };

    /// <exception cref="StoreException">Damaged.</exception>
    static IReadOnlyList<HookSecret> SecretsOf(RowData row)
    {
        if (row.Bytes("Key") is { } only)
            return [new(only, null)]; // of before they were changed for others
        try
        {
            if (JsonSerializer.Deserialize(row.Bytes("Keys") ?? [], HookJson.Default.SecretList) is { Count: > 0 } all)
                return all;
        }
        catch (JsonException e)
        {
            throw new StoreException("The secrets of links cannot be read", e);
        }
        throw new StoreException("The secret of links is missing");
    }
}
