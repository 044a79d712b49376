using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Cloud.Functions.Hosting;

namespace Cloud.Functions.Authorization;

/// <summary>Lets pass who brings an access token of our tenant, for this app, with the app role (RFC 6750 §2.1).</summary>
/// <remarks>
/// A signed JWT (RFC 7519, RFC 7515). Nothing in it is believed before the signature is: not which algorithm it names
/// (there is one), not where a key lies (there is one place). So neither <c>none</c> nor a public key taken for a secret
/// gets through.
/// </remarks>
sealed class TokenAuthorization(TokenRules rules, SigningKeys keys, TimeProvider time) : IAuthorization
{
    /// <summary>Characters of a token; those of Entra ID take some 2,000.</summary>
    const int Longest = 16 * 1024;

    const string Scheme = "Bearer ";

    public string Challenge => "Bearer realm=\"gateway\""; // RFC 6750 §3

    public async ValueTask<CallerRefusal?> RefusalAsync(HttpRequest request, CancellationToken cancel)
    {
        if (
            request.Headers.Authorization is not [{ } given]
            || !given.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
        )
            return new("no bearer token");
        if (given.Length > Longest)
            return new("a token that is too long");
        return await RefusalAsync(given[Scheme.Length..].Trim(), cancel);
    }

    async ValueTask<CallerRefusal?> RefusalAsync(string token, CancellationToken cancel)
    {
        // Compact serialisation (RFC 7515 §3.1): header.payload.signature
        var parts = token.Split('.');
        if (parts.Length != 3 || !parts.All(part => part.Length > 0 && Base64Url.IsValid(part)))
            return new("not a signed token");
        using var header = Parse(parts[0]);
        using var claims = Parse(parts[1]);
        if (header is null || claims is null)
            return new("not a signed token");
        if (Json.Text(header.RootElement, "alg") != "RS256" || header.RootElement.TryGetProperty("crit", out _))
            return new("an algorithm that is not taken");
        if (Json.Text(header.RootElement, "kid") is not { Length: > 0 and <= 256 } id)
            return new("no key named");
        if (await keys.FindAsync(id, cancel) is not { } key)
            return new("an unknown key");
        if (!IsSigned(parts, key))
            return new("a wrong signature");
        return RefusalOf(claims.RootElement);
    }

    static bool IsSigned(string[] parts, RSAParameters key)
    {
        using var rsa = RSA.Create(key);
        var signed = Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"); // RFC 7515 §5.2
        var signature = Base64Url.DecodeFromChars(parts[2]);
        return rsa.VerifyData(signed, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1); // RFC 7518 §3.3
    }

    CallerRefusal? RefusalOf(JsonElement claims)
    {
        var now = time.GetUtcNow();
        if (Json.Text(claims, "iss") is not { } issuer || !rules.IsIssuer(issuer))
            return new("another issuer");
        if (!Json.Holds(claims, "aud", audience => rules.Audiences.Contains(audience, StringComparer.Ordinal)))
            return new("another audience");
        if (Json.Time(claims, "exp") is not { } end || now >= end + TokenRules.Skew)
            return new("an expired token");
        if (claims.TryGetProperty("nbf", out _) && !(Json.Time(claims, "nbf") <= now + TokenRules.Skew))
            return new("a token for later");
        if (!IsClient(claims))
            return new("the token is another application's", IsKnown: true);
        var hasRole = Json.Holds(claims, "roles", role => role == rules.Role);
        return hasRole ? null : new($"the token has no role {rules.Role}", IsKnown: true);
    }

    /// <summary>The caller's application: <c>azp</c> in version 2, <c>appid</c> in version 1.</summary>
    bool IsClient(JsonElement claims) =>
        rules.Clients.Count == 0
        || (
            Guid.TryParse(Json.Text(claims, "azp") ?? Json.Text(claims, "appid"), out var client)
            && rules.Clients.Contains(client)
        );

    static JsonDocument? Parse(string part)
    {
        try
        {
            var json = JsonDocument.Parse(
                Base64Url.DecodeFromChars(part),
                new() { MaxDepth = 16, AllowDuplicateProperties = false }
            );
            if (json.RootElement.ValueKind == JsonValueKind.Object)
                return json;
            json.Dispose();
            return null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null; // the second: a name that is no Unicode
        }
    }
}
