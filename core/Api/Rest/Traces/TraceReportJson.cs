using System.Text.Json;
using System.Text.Json.Serialization;
using Cloud.Flow.Trace;

namespace Cloud.Api.Rest.Traces;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(TraceReport))]
[JsonSerializable(typeof(Page<TraceSummary>))]
public sealed partial class TraceReportJson : JsonSerializerContext;
