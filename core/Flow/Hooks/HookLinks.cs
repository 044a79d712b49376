using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Cloud.Store;
using Cloud.Store.Directory;
using Cloud.Store.Ports;

namespace Cloud.Flow.Hooks;

/// <summary>What a link opens, while it is good.</summary>
/// <param name="Part">As IMAP numbers parts (<c>1.2</c>); null for the whole message.</param>
public sealed record LinkTarget(AccountId Account, EmailId Email, string? Part, DateTimeOffset Expires);

/// <summary>Short-lived links to a message and its parts: whoever has one may read that and nothing else.</summary>
/// <remarks>
/// The link itself says what it opens and how long, under an HMAC-SHA-256: nothing is written. The secret lies in the
/// directory, made by whoever needs it first: all processes have the same.
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
    volatile byte[]? secret;

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
        return Base64Url.EncodeToString([.. Tag(await SecretAsync(cancel), said), .. said]);
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
        if (!CryptographicOperations.FixedTimeEquals(Tag(await SecretAsync(cancel), said), octets.AsSpan(0, TagBytes)))
            return null;
        var fields = Encoding.ASCII.GetString(said).Split('|');
        var expires = DateTimeOffset.FromUnixTimeSeconds(long.Parse(fields[3], CultureInfo.InvariantCulture));
        return expires <= time.GetUtcNow()
            ? null
            : new(
                new(fields[0]),
                new(ulong.Parse(fields[1], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)),
                fields[2].Length == 0 ? null : fields[2],
                expires
            );
    }

    static byte[] Tag(byte[] key, byte[] said) => HMACSHA256.HashData(key, said)[..TagBytes];

    async ValueTask<byte[]> SecretAsync(CancellationToken cancel)
    {
        if (secret is { } known)
            return known;
        var row = await directory.ReadAsync(DirectoryRows.LinkSecret, cancel);
        if (row is null)
        {
            var fresh = new RowTransaction(DirectoryRows.Partition);
            fresh.Insert(DirectoryRows.LinkSecret, new() { { "Key", entropy.Bytes(KeyBytes) } });
            await directory.CommitAsync(fresh); // or somebody else's
            row = await directory.ReadAsync(DirectoryRows.LinkSecret, cancel);
        }
        return secret = row?.Data.Bytes("Key") ?? throw new StoreException("The secret of links is missing");
    }
}
