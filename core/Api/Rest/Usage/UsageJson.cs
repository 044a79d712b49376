using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cloud.Api.Rest.Usage;

/// <param name="Since">From when on messages are counted as sent.</param>
/// <param name="IsWhole">False: there were more messages than are counted at once, and these are the first.</param>
public sealed record UsageInfo(DateTimeOffset Since, bool IsWhole, IReadOnlyList<DomainUsage> Domains);

/// <param name="Messages">That lie in mailboxes.</param>
/// <param name="Octets">Of those.</param>
/// <param name="Sent">Messages that went by way of the queue.</param>
/// <param name="Recipients">Of those.</param>
public sealed record DomainUsage(
    string Domain,
    int Users,
    long Messages,
    long Octets,
    long Sent,
    long Recipients,
    long SentOctets
);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    MaxDepth = ApiLimits.JsonDepth
)]
[JsonSerializable(typeof(UsageInfo))]
public sealed partial class UsageJson : JsonSerializerContext;
