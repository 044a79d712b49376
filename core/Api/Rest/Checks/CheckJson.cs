using System.Text.Json;
using System.Text.Json.Serialization;
using Cloud.Flow.Integrity;

namespace Cloud.Api.Rest.Checks;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AccountCheckResult))]
[JsonSerializable(typeof(StoreTotals))]
public sealed partial class CheckJson : JsonSerializerContext;
