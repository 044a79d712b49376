using System.Text.Json;
using System.Text.Json.Serialization;
using Cloud.Flow.Integrity;

namespace Cloud.Api.Rest.Checks;

/// <summary>As <see cref="StoreTotals"/>, of what the caller sees.</summary>
/// <param name="Users">Those that are deleted and can be had back included.</param>
/// <param name="Messages">In mailboxes, and kept for routes; a copy counts once for each.</param>
/// <param name="Octets">Of them.</param>
/// <param name="InboundWaiting">Accepted messages that are not filed yet; null for all but the operator.</param>
/// <param name="InboundAside">Those that could not be filed for a day; null for all but the operator.</param>
/// <param name="OutboundWaiting">Tasks of mail on its way out; null for all but the operator.</param>
/// <param name="Orphans">Blobs that nothing names, which the sweep removes; null for all but the operator.</param>
public sealed record OwnTotals(
    int Domains,
    int Users,
    int Suspended,
    int Deleted,
    int Aliases,
    long Messages,
    long Octets,
    long? InboundWaiting = null,
    long? InboundAside = null,
    long? OutboundWaiting = null,
    long? Orphans = null
);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AccountCheckResult))]
[JsonSerializable(typeof(StoreTotals))]
[JsonSerializable(typeof(OwnTotals))]
public sealed partial class CheckJson : JsonSerializerContext;
