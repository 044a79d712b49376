using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cloud.Api.Rest.Aliases;

/// <param name="Targets">Where its mail goes, here or elsewhere.</param>
public sealed record AliasTargets(IReadOnlyList<string> Targets);

/// <param name="Alias">An address, or <c>*@domain</c> for all that the domain lacks.</param>
public sealed record AliasDetails(string Alias, IReadOnlyList<string> Targets);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    MaxDepth = ApiLimits.JsonDepth
)]
[JsonSerializable(typeof(AliasTargets))]
[JsonSerializable(typeof(AliasDetails))]
[JsonSerializable(typeof(Page<AliasDetails>))]
public sealed partial class AliasJson : JsonSerializerContext;
