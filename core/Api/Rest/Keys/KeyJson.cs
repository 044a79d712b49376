using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cloud.Api.Rest.Keys;

/// <param name="Name">For people: what it is used by.</param>
/// <param name="Scopes"><see cref="ApiScopes.Names"/>, one at least.</param>
/// <param name="Tenant">Missing: the asker's own, or the tenant of domain or mailbox; for the operator, all.</param>
/// <param name="Domain">The only one it is for.</param>
/// <param name="Mailbox">The only user it is for, an address.</param>
/// <param name="ExpiresAt">Not after the asker's own end, which it has where this is missing.</param>
/// <param name="Networks">
/// Where it may be used from: addresses, or networks such as 192.0.2.0/24, within the asker's own, which it has where this is
/// missing.
/// </param>
public sealed record NewKey(
    string Name,
    IReadOnlyList<string> Scopes,
    string? Tenant = null,
    string? Domain = null,
    string? Mailbox = null,
    DateTimeOffset? ExpiresAt = null,
    IReadOnlyList<string>? Networks = null
);

/// <summary>What is missing stays as it is; an empty list lets it be used from anywhere, where the asker's key may.</summary>
public sealed record KeyChange(
    string? Name = null,
    DateTimeOffset? ExpiresAt = null,
    IReadOnlyList<string>? Networks = null
);

/// <param name="Tenant">Missing for all.</param>
/// <param name="LastUsedAt">Within the hour; missing for never.</param>
public sealed record KeyInfo(
    string Id,
    string Name,
    IReadOnlyList<string> Scopes,
    string? Tenant,
    string? Domain,
    string? Mailbox,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? LastUsedAt,
    IReadOnlyList<string> Networks
);

/// <param name="Key">Shown this once: ck_…</param>
public sealed record MadeKey(string Id, string Key, KeyInfo Info);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    MaxDepth = ApiLimits.JsonDepth
)]
[JsonSerializable(typeof(NewKey))]
[JsonSerializable(typeof(KeyChange))]
[JsonSerializable(typeof(KeyInfo))]
[JsonSerializable(typeof(MadeKey))]
[JsonSerializable(typeof(Page<KeyInfo>))]
[JsonSerializable(typeof(IReadOnlyList<KeyInfo>))]
public sealed partial class KeyJson : JsonSerializerContext;
