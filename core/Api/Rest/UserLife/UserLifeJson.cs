using System.Text.Json;
using System.Text.Json.Serialization;
using Cloud.Api.Admin;

namespace Cloud.Api.Rest.UserLife;

/// <param name="Name">What uses it.</param>
public sealed record AskedAppPassword(string Name);

/// <param name="Octets">Of all the user's mail; 0 for no limit.</param>
public sealed record AskedQuota(long Octets);

/// <param name="Days">For which it can be undone; 0: at once and for good. Missing: 30.</param>
public sealed record AskedDeletion(int? Days = null);

/// <param name="Until">When it is gone; missing where it is gone already.</param>
public sealed record Deletion(DateTimeOffset? Until = null);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    MaxDepth = ApiLimits.JsonDepth
)]
[JsonSerializable(typeof(AskedAppPassword))]
[JsonSerializable(typeof(NewAppPassword))]
[JsonSerializable(typeof(Page<AppPasswordInfo>))]
[JsonSerializable(typeof(AskedQuota))]
[JsonSerializable(typeof(AskedDeletion))]
[JsonSerializable(typeof(Deletion))]
public sealed partial class UserLifeJson : JsonSerializerContext;
