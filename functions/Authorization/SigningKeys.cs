using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace Cloud.Functions.Authorization;

/// <summary>The keys that a tenant signs with, as it publishes them (OpenID Connect Discovery; RFC 7517).</summary>
/// <remarks>
/// Keys are read once a day, and when a token names one that is not known, but not more often than every five minutes:
/// made-up names must not make us call. When the tenant does not answer, the last keys stay good.
/// </remarks>
sealed class SigningKeys(HttpClient http, Uri authority, Guid tenant, TimeProvider time)
{
    static readonly TimeSpan Age = TimeSpan.FromDays(1);

    static readonly TimeSpan BetweenReads = TimeSpan.FromMinutes(5);

    /// <summary>Between tries while there are no keys at all.</summary>
    static readonly TimeSpan BetweenFirstReads = TimeSpan.FromSeconds(5);

    /// <summary>How long one answer may take.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Octets of one answer; the keys of a tenant take some 15 KiB.</summary>
    const int AnswerBytes = 256 * 1024;

    /// <summary>Keys of one tenant; it has some ten.</summary>
    const int Limit = 100;

    /// <summary>Bits of a key: fewer are not safe (RFC 7518 §3.3), more only cost.</summary>
    const int ShortestKey = 2048;
    const int LongestKey = 8192;

    readonly Lock gate = new();
    Task reading = Task.CompletedTask;
    volatile Published known = new(new Dictionary<string, RSAParameters>(), default, default);

    /// <returns>Null when the tenant has no such key, or its keys cannot be had.</returns>
    public async ValueTask<RSAParameters?> FindAsync(string id, CancellationToken cancel)
    {
        if (known.Keys.TryGetValue(id, out var key) && time.GetUtcNow() - known.ReadAt < Age)
            return key;
        await Reading(id).WaitAsync(cancel);
        return known.Keys.TryGetValue(id, out key) ? key : null;
    }

    /// <summary>One read for all who wait; a caller that goes away does not end it.</summary>
    Task Reading(string id)
    {
        lock (gate)
        {
            if (reading.IsCompleted && MayRead(id))
                reading = ReadAsync();
            return reading;
        }
    }

    bool MayRead(string id)
    {
        var now = time.GetUtcNow();
        if (known.Keys.ContainsKey(id) && now - known.ReadAt < Age)
            return false; // read while we waited
        return now - known.TriedAt >= (known.Keys.Count == 0 ? BetweenFirstReads : BetweenReads);
    }

    async Task ReadAsync()
    {
        var now = time.GetUtcNow();
        known = known with { TriedAt = now };
        using var patience = new CancellationTokenSource(Patience, time);
        try
        {
            var metadata = new Uri(authority, $"{tenant}/v2.0/.well-known/openid-configuration");
            using var about = await GetAsync(metadata, patience.Token);
            var address = about.RootElement.GetProperty("jwks_uri").GetString();
            // Only where the tenant's own authority answers, and as it does.
            if (!Uri.TryCreate(address, UriKind.Absolute, out var list) || !IsTheirs(list))
                return;
            using var keys = await GetAsync(list, patience.Token);
            var read = Read(keys.RootElement);
            if (read.Count > 0)
                known = new(read, now, now);
        }
        catch (Exception e) when (IsTheirFault(e))
        {
            return; // the last keys stay
        }
    }

    bool IsTheirs(Uri list) => list.Scheme == authority.Scheme && list.Authority == authority.Authority;

    static bool IsTheirFault(Exception e) =>
        e
            is HttpRequestException
                or JsonException
                or InvalidOperationException
                or KeyNotFoundException
                or IOException
                or OperationCanceledException;

    async Task<JsonDocument> GetAsync(Uri address, CancellationToken cancel)
    {
        using var answer = await http.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, cancel);
        answer.EnsureSuccessStatusCode();
        await using var body = await answer.Content.ReadAsStreamAsync(cancel);
        var bytes = new byte[AnswerBytes + 1];
        var count = await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancel);
        return count <= AnswerBytes ? JsonDocument.Parse(bytes.AsMemory(0, count)) : throw new IOException("Too long");
    }

    static Dictionary<string, RSAParameters> Read(JsonElement set)
    {
        var keys = new Dictionary<string, RSAParameters>(StringComparer.Ordinal);
        foreach (var key in set.GetProperty("keys").EnumerateArray())
        {
            if (keys.Count < Limit && Json.Text(key, "kid") is { Length: > 0 } id && ToRsa(key) is { } rsa)
                keys[id] = rsa;
        }
        return keys;
    }

    /// <returns>Null when it is no RSA key, not meant for signatures, or of a length that is not taken.</returns>
    static RSAParameters? ToRsa(JsonElement key)
    {
        if (Json.Text(key, "kty") != "RSA" || Json.Text(key, "use") is not (null or "sig"))
            return null;
        if (Json.Text(key, "alg") is not (null or "RS256"))
            return null;
        if (Octets(key, "n") is not { } modulus || Octets(key, "e") is not { Length: <= 8 } exponent)
            return null;
        return modulus.Length * 8 is >= ShortestKey and <= LongestKey
            ? new RSAParameters { Modulus = modulus, Exponent = exponent }
            : null;
    }

    static byte[]? Octets(JsonElement key, string name) =>
        Json.Text(key, name) is { Length: > 0 } text && Base64Url.IsValid(text)
            ? Base64Url.DecodeFromChars(text)
            : null;

    sealed record Published(
        IReadOnlyDictionary<string, RSAParameters> Keys,
        DateTimeOffset ReadAt,
        DateTimeOffset TriedAt
    );
}
