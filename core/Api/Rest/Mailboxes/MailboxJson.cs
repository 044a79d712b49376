using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cloud.Api.Rest.Mailboxes;

/// <param name="Name">The whole path, levels apart by <c>/</c>.</param>
public sealed record NewMailbox(string Name);

/// <summary>What is missing stays as it is.</summary>
public sealed record MailboxChange(string? Name = null, bool? Subscribed = null);

/// <param name="Role"><c>inbox</c>, <c>drafts</c>, <c>sent</c>, <c>junk</c>, <c>trash</c>, <c>archive</c>; missing for none.</param>
/// <param name="Octets">Sum of its messages' sizes.</param>
public sealed record MailboxInfo(
    string Id,
    string Name,
    string? Role,
    bool Subscribed,
    int Messages,
    int Unseen,
    long Octets
);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    MaxDepth = ApiLimits.JsonDepth
)]
[JsonSerializable(typeof(NewMailbox))]
[JsonSerializable(typeof(MailboxChange))]
[JsonSerializable(typeof(MailboxInfo))]
[JsonSerializable(typeof(Page<MailboxInfo>))]
public sealed partial class MailboxJson : JsonSerializerContext;
