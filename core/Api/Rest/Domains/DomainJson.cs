using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cloud.Api.Rest.Domains;

/// <param name="Name">As it is to be: lower case, A-labels.</param>
/// <param name="Tenant">Whose it is; empty for the operator's own, and the key's own unless the operator asks.</param>
public sealed record NewDomain(string Name, string? Tenant = null);

/// <param name="Tenant">Whose it is; null for the operator's own.</param>
public sealed record DomainInfo(string Name, string? Tenant = null);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    MaxDepth = ApiLimits.JsonDepth
)]
[JsonSerializable(typeof(NewDomain))]
[JsonSerializable(typeof(DomainInfo))]
[JsonSerializable(typeof(Page<DomainInfo>))]
public sealed partial class DomainJson : JsonSerializerContext;
