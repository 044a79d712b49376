using System.Text.Json;
using System.Text.Json.Serialization;
using Cloud.Flow.Outbound.Reports;

namespace Cloud.Api.Rest.Reports;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, MaxDepth = ApiLimits.JsonDepth)]
[JsonSerializable(typeof(Page<ReportSummary>))]
public sealed partial class ReportJson : JsonSerializerContext;
