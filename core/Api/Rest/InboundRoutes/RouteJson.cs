using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cloud.Api.Rest.InboundRoutes;

/// <param name="Address">Of ours; with * or ? before the @ all that it matches.</param>
/// <param name="Days">That messages are kept; 0, if missing, until endpoints have them.</param>
public sealed record NewRoute(string Address, int? Days = null);

/// <param name="Account">Whose messages webhooks tell of.</param>
/// <param name="Days">That messages are kept; 0 until endpoints have them.</param>
public sealed record RouteShape(string Address, string Account, int Days);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    MaxDepth = ApiLimits.JsonDepth
)]
[JsonSerializable(typeof(NewRoute))]
[JsonSerializable(typeof(RouteShape))]
[JsonSerializable(typeof(Page<RouteShape>))]
[JsonSerializable(typeof(IReadOnlyList<RouteShape>))]
public sealed partial class RouteJson : JsonSerializerContext;
