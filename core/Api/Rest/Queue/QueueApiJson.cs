using System.Text.Json;
using System.Text.Json.Serialization;
using Cloud.Api.Admin;

namespace Cloud.Api.Rest.Queue;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    MaxDepth = ApiLimits.JsonDepth
)]
[JsonSerializable(typeof(QueueDetails))]
[JsonSerializable(typeof(QueueChange))]
[JsonSerializable(typeof(Page<QueueEntry>))]
[JsonSerializable(typeof(Page<DeadTask>))]
public sealed partial class QueueApiJson : JsonSerializerContext;
