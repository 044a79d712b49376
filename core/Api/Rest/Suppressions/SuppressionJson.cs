using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cloud.Api.Rest.Suppressions;

/// <param name="Text">Why.</param>
/// <param name="Days">For how long, 1 to 3650; missing for ever.</param>
public sealed record NewSuppression(string Text = "by hand", int? Days = null);

/// <param name="Reason"><c>bounce</c>, <c>complaint</c> or <c>byhand</c>.</param>
public sealed record SuppressionInfo(
    string Address,
    string Reason,
    string Text,
    DateTimeOffset Since,
    DateTimeOffset? Until
);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    MaxDepth = ApiLimits.JsonDepth
)]
[JsonSerializable(typeof(NewSuppression))]
[JsonSerializable(typeof(SuppressionInfo))]
[JsonSerializable(typeof(Page<SuppressionInfo>))]
public sealed partial class SuppressionJson : JsonSerializerContext;
