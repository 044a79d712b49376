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
        if (!TryTime(answer, "exp", out var expires) || expires <= now)
            return null;
        if (!TryTime(answer, "nbf", out var begins) || begins > now + Skew)
            return null;
        var scopes = Text(answer, "scope")?.Split(' ') ?? [];
        return
            options.Scopes.Except(scopes, StringComparer.Ordinal).Any()
            || OwnerIn(answer, options.Claim) is not { } owner
            ? null
            : new(owner, expires);
    }

    /// <summary>One that is bound to a key (DPoP, mutual TLS) would need a proof that SASL has no room for.</summary>
    static bool IsBearer(JsonElement answer) =>
        !answer.TryGetProperty("cnf", out _)
        && (Text(answer, "token_type") is not { } type || Types.Contains(type, StringComparer.OrdinalIgnoreCase));

    /// <summary>Issuers vouch for refresh tokens and proofs of a login as well, and say by one of these members what it is.</summary>
    static bool IsForAccess(JsonElement answer) =>
        Text(answer, "token_use") is null or "access_token" or "access"
        && Text(answer, "typ")?.ToUpperInvariant() is null or "BEARER" or "AT+JWT" or "JWT";

    /// <summary>An address as it is compared, but for case: what had to be mended to become one may be another's there.</summary>
    static string? OwnerIn(JsonElement answer, string claim)
    {
        if ((claim == "email" && !IsVerified(answer)) || Text(answer, claim) is not { } text)
            return null;
        return EmailAddress.TryParse(text)?.Key is { } key && Ascii.EqualsIgnoreCase(key, text) ? key : null;
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
