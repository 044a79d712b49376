using System.Text.Json;
using System.Text.Json.Serialization;
using Cloud.Api.Rest;

namespace Cloud.Cli.Control;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ApiProblem))]
sealed partial class CallerJson : JsonSerializerContext;
