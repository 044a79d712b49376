using System.Text.Json;
using System.Text.Json.Serialization;
using Cloud.Api.WellKnown;

namespace Cloud.Api.Rest.Records;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    MaxDepth = ApiLimits.JsonDepth
)]
[JsonSerializable(typeof(Page<DnsRecord>))]
[JsonSerializable(typeof(Page<RecordFinding>))]
public sealed partial class RecordJson : JsonSerializerContext;
