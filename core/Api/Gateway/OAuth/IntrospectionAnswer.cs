using System.Text;
using System.Text.Json;
using Cloud.Mail;

namespace Cloud.Api.Gateway.OAuth;

/// <summary>What an issuer says of a token that is active (RFC 7662 §2.2).</summary>
/// <param name="Owner">The address in its canonical form.</param>
/// <param name="Expires">Null where it does not say.</param>
sealed record IntrospectionAnswer(string Owner, DateTimeOffset? Expires)
{
    /// <summary>By which the issuer's clock may be before ours.</summary>
    static readonly TimeSpan Skew = TimeSpan.FromMinutes(1);

    /// <summary>Kinds that go without a proof of possession; the second is what some issuers write.</summary>
    static readonly string[] Types = ["Bearer", "access_token"];

    /// <returns>Null for a token that opens no mail.</returns>
    /// <exception cref="JsonException">It is no such answer.</exception>
    public static IntrospectionAnswer? Read(ReadOnlyMemory<byte> json, TokenOptions options, DateTimeOffset now)
    {
        using var document = JsonDocument.Parse(json);
        var answer = document.RootElement;
        if (answer.ValueKind != JsonValueKind.Object || !answer.TryGetProperty("active", out var active))
            throw new JsonException("The answer does not say whether the token is active");
        if (active.ValueKind != JsonValueKind.True || !IsBearer(answer) || !IsForAccess(answer))
            return null;
        if (!IsForUs(answer, options))
            return null;
        if (!TryTime(answer, "exp", out var expires) || expires <= now)
            return null;
        if (!TryTime(answer, "nbf", out var begins) || begins > now + Skew)
            return null;
        return OwnerIn(answer, options) is { } owner ? new(owner, expires) : null;
    }

    /// <summary>One that is bound to a key (DPoP, mutual TLS) would need a proof that SASL has no room for.</summary>
    static bool IsBearer(JsonElement answer) =>
        !answer.TryGetProperty("cnf", out _)
        && (Text(answer, "token_type") is not { } type || Types.Contains(type, StringComparer.OrdinalIgnoreCase));

    /// <summary>Issuers vouch for refresh tokens and proofs of a login as well, and say by one of these members what it is.</summary>
    static bool IsForAccess(JsonElement answer) =>
        Text(answer, "token_use") is null or "access_token" or "access"
        && Text(answer, "typ")?.ToUpperInvariant() is null or "BEARER" or "AT+JWT" or "JWT";

    /// <summary>By scopes, audience and issuer: other services have tokens of the same users.</summary>
    static bool IsForUs(JsonElement answer, TokenOptions options)
    {
        var scopes = Text(answer, "scope")?.Split(' ') ?? [];
        return !options.Scopes.Except(scopes, StringComparer.Ordinal).Any()
            && (
                options.Audiences.Count == 0
                || AudiencesOf(answer).Intersect(options.Audiences, StringComparer.Ordinal).Any()
            )
            && (options.Issuer is null || Text(answer, "iss") == options.Issuer);
    }

    /// <summary>One as a string, or several in an array (RFC 7662 §2.2, RFC 7519 §4.1.3).</summary>
    static IEnumerable<string?> AudiencesOf(JsonElement answer)
    {
        if (!answer.TryGetProperty("aud", out var audience))
            return [];
        JsonElement[] all = audience.ValueKind == JsonValueKind.Array ? [.. audience.EnumerateArray()] : [audience];
        return all.Where(one => one.ValueKind == JsonValueKind.String).Select(one => one.GetString());
    }

    /// <summary>An address as it is compared, but for case: what had to be mended to become one may be another's there.</summary>
    static string? OwnerIn(JsonElement answer, TokenOptions options)
    {
        if ((options.Claim == "email" && !IsVerified(answer)) || Text(answer, options.Claim) is not { } text)
            return null;
        if (EmailAddress.TryParse(text)?.Key is not { } key || !Ascii.EqualsIgnoreCase(key, text))
            return null;
        var domain = key[(key.LastIndexOf('@') + 1)..];
        return options.Domains.Count == 0 || options.Domains.Contains(domain, StringComparer.Ordinal) ? key : null;
    }

    /// <summary>Some issuers let users write whatever they like for their address, and say that it is unproved.</summary>
    static bool IsVerified(JsonElement answer) =>
        !answer.TryGetProperty("email_verified", out var verified)
        || verified.ValueKind == JsonValueKind.True
        || (verified.ValueKind == JsonValueKind.String && verified.GetString() == "true");

    /// <param name="time">Null where there is none.</param>
    /// <returns>False for what is no time.</returns>
    static bool TryTime(JsonElement answer, string name, out DateTimeOffset? time)
    {
        time = null;
        if (!answer.TryGetProperty(name, out var member) || member.ValueKind == JsonValueKind.Null)
            return true;
        if (member.ValueKind != JsonValueKind.Number || !member.TryGetInt64(out var seconds))
            return false;
        var last = DateTimeOffset.MaxValue.ToUnixTimeSeconds();
        time = DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(seconds, 0, last));
        return true;
    }

    static string? Text(JsonElement answer, string name) =>
        answer.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String
            ? member.GetString()
            : null;
}
