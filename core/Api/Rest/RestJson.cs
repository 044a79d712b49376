using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cloud.Api.Rest;

/// <summary>What every resource has in common. Each has a context of its own, with the same options.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(ApiProblem))]
sealed partial class RestJson : JsonSerializerContext;
