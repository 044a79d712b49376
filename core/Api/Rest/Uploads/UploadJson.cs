using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cloud.Api.Rest.Uploads;

/// <param name="Id">For an attachment's <c>upload</c>, by the same key, until <paramref name="ExpiresAt"/>.</param>
/// <param name="Size">Octets.</param>
public sealed record UploadInfo(string Id, long Size, string Sha256, DateTimeOffset ExpiresAt);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    MaxDepth = ApiLimits.JsonDepth
)]
[JsonSerializable(typeof(UploadInfo))]
public sealed partial class UploadJson : JsonSerializerContext;
