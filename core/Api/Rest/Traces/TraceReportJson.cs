using System.Text.Json;
using System.Text.Json.Serialization;
using Cloud.Flow.Trace;

namespace Cloud.Api.Rest.Traces;

/// <param name="Next">As of any page.</param>
/// <param name="Cut">True on the last page where there are too many messages to look at all: older ones may be missing.</param>
public sealed record TracePageInfo(
    IReadOnlyList<TraceSummary> Items,
    string? Next = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Cut = false
);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(TraceReport))]
[JsonSerializable(typeof(TracePageInfo))]
public sealed partial class TraceReportJson : JsonSerializerContext;
