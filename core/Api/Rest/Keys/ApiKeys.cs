using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Cloud.Api.Gateway;
using Cloud.Store.Directory;
using Cloud.Store.Ports;
using Cloud.Wire;

namespace Cloud.Api.Rest.Keys;

/// <summary>Tells whose key it is, and whether it may be used.</summary>
/// <remarks>
/// <c>ck_{id}_{secret}</c>. The secret is 256 random bits, so its SHA-256 is kept without salt or slowness: there is nothing to
/// guess. A key that is not known, is another's or has ended looks the same from outside. Failures make the address wait
/// that they come from; a right key is let in all the same, since many people may share an address.
/// </remarks>
sealed class ApiKeys(MailDirectory directory, TimeProvider time)
{
    const string Prefix = "ck_";
    const int IdLength = 16;
    const int SecretBytes = 32;

    /// <summary>Failures of one address that cost it nothing: a program that was not told of a new key yet.</summary>
    const int FreeFailures = 20;

    /// <summary>How exact <see cref="LastUsedAsync"/> is.</summary>
    static readonly TimeSpan LastUsedStep = TimeSpan.FromHours(1);

    /// <summary>Keys whose last use is remembered.</summary>
    const int MaxRemembered = 10_000;

    readonly Throttle throttle = new(time, FreeFailures);
    readonly ConcurrentDictionary<string, DateTimeOffset> noted = new(StringComparer.Ordinal);

    /// <summary>Makes an id and a secret.</summary>
    /// <returns>The key as its owner is shown it once, and what is kept of it.</returns>
    public static (string Id, string Key, byte[] Hash) Make(Entropy entropy)
    {
        var id = Convert.ToHexStringLower(entropy.Bytes(IdLength / 2));
        var secret = Base64Url.EncodeToString(entropy.Bytes(SecretBytes));
        return (id, $"{Prefix}{id}_{secret}", HashOf(secret));
    }

    /// <summary>Who asks with a key from an address.</summary>
    /// <param name="authorization">The header; null where there is none.</param>
    /// <exception cref="ApiException">401: no such key; 403: not from here, or its user is suspended; 429: a wrong one, and
    /// the address has to wait.</exception>
    public async ValueTask<Caller> CallerAsync(string? authorization, IPAddress client, CancellationToken cancel)
    {
        if (authorization is null)
            return Caller.Anonymous;
        var network = NetworkOf(client);
        var (id, secret) = Parse(authorization);
        var row = id is null ? null : await directory.FindApiKeyAsync(id, cancel);
        var isKnown = row is not null && CryptographicOperations.FixedTimeEquals(HashOf(secret), row.Hash);
        if (row is null || !isKnown || row.Expires <= time.GetUtcNow())
        {
            // A right key is let in whatever others have tried from the same network.
            if (network is not null && throttle.WaitOf(network) is var wait && wait > TimeSpan.Zero)
                throw new ApiException(
                    ApiProblem.Of(429, "too-many-wrong-keys", "Too many wrong keys from this address.")
                )
                {
                    RetryAfter = wait,
                };
            if (network is not null)
                throttle.Fail(network);
            throw new ApiException(ApiProblem.Of(401, "wrong-key", "This is no key, or none any more."));
        }
        if (row.Networks.Count > 0 && !row.Networks.Any(one => one.Contains(PlainAddress.Of(client))))
            throw new ApiException(ApiProblem.Of(403, "wrong-address", "This key may not be used from this address."));
        if (
            row.Mailbox is { } mailbox
            && await directory.FindUserAsync(mailbox, cancel) is { Removing: true } or { Suspended: true }
        )
            throw new ApiException(ApiProblem.Of(403, "not-active", "The user of this key is suspended or deleted."));
        await NoteAsync(row.Id, cancel);
        return new(row.Id, row.Tenant, (ApiScope)row.Scopes, row.Domain, row.Mailbox)
        {
            Expires = row.Expires,
            Networks = row.Networks,
        };
    }

    /// <summary>When a key was used, an hour at most before; null for never.</summary>
    public async ValueTask<DateTimeOffset?> LastUsedAsync(string id, CancellationToken cancel) =>
        (await directory.ReadAsync(DirectoryRows.ApiKeyUse(id), cancel))?.Data.Time("At");

    async ValueTask NoteAsync(string id, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        if (noted.TryGetValue(id, out var last) && now - last < LastUsedStep)
            return;
        if (noted.Count > MaxRemembered)
            noted.Clear();
        noted[id] = now;
        try
        {
            // Another process may have noted it.
            if (await LastUsedAsync(id, cancel) is { } written && now - written < LastUsedStep)
                return;
            var row = new RowData { { "At", now } };
            await directory.CommitAsync(
                new RowTransaction(DirectoryRows.Partition).Upsert(DirectoryRows.ApiKeyUse(id), row)
            );
        }
        catch (StoreException)
        {
            noted.TryRemove(id, out _); // the next use is noted instead: what was asked matters more
        }
    }

    public static bool IsId(string text) => text.Length == IdLength && text.All(char.IsAsciiHexDigitLower);

    /// <summary>Who counts together: an IPv4 address, or the /64 that one IPv6 customer has; null: unknown.</summary>
    public static string? NetworkOf(IPAddress client)
    {
        if (!ClientAddress.IsKnown(client))
            return null;
        var address = PlainAddress.Of(client);
        return address.AddressFamily == AddressFamily.InterNetworkV6
            ? Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8))
            : $"{address}";
    }

    static (string? Id, string Secret) Parse(string authorization)
    {
        const string scheme = "Bearer ";
        if (!authorization.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
            return default;
        var key = authorization[scheme.Length..].Trim();
        var isKey =
            key.Length > Prefix.Length + IdLength + 1
            && key.Length < 200
            && key.StartsWith(Prefix, StringComparison.Ordinal)
            && key[Prefix.Length + IdLength] == '_';
        var id = isKey ? key.Substring(Prefix.Length, IdLength) : "";
        return isKey && IsId(id) ? (id, key[(Prefix.Length + IdLength + 1)..]) : default;
    }

    static byte[] HashOf(string secret) => SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(secret));
}
