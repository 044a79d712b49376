using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cloud.Api.Rest.Templates;

/// <summary><c>{{name}}</c> stands for a variable; in the HTML its value is escaped, unless it is <c>{{{name}}}</c>.</summary>
/// <param name="Subject">Up to 900 characters.</param>
/// <param name="Text">Up to 30,000 characters, as <paramref name="Html"/>; one of the two at least.</param>
public sealed record TemplateContent(string Subject, string? Text = null, string? Html = null);

/// <param name="Variables">What it asks for.</param>
public sealed record TemplateInfo(
    string Name,
    string Subject,
    string? Text,
    string? Html,
    IReadOnlyList<string> Variables,
    DateTimeOffset ChangedAt
);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    MaxDepth = ApiLimits.JsonDepth
)]
[JsonSerializable(typeof(TemplateContent))]
[JsonSerializable(typeof(TemplateInfo))]
[JsonSerializable(typeof(Page<TemplateInfo>))]
public sealed partial class TemplateJson : JsonSerializerContext;
