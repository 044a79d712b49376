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

/// <param name="Entries">Of all but the user, who may do everything.</param>
public sealed record MailboxSharing(IReadOnlyList<SharedWith> Entries);

/// <param name="Identifier">A user's address or <c>anyone</c>; with a dash before it, rights that are denied.</param>
/// <param name="Rights">Letters of RFC 4314 §2.1.</param>
public sealed record SharedWith(string Identifier, string Rights);

/// <param name="Rights">Letters of RFC 4314 §2.1: <c>lrswipkxtea</c>; none takes the entry away.</param>
public sealed record GrantedLetters(string Rights);

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
[JsonSerializable(typeof(MailboxSharing))]
[JsonSerializable(typeof(GrantedLetters))]
[JsonSerializable(typeof(Page<MailboxInfo>))]
public sealed partial class MailboxJson : JsonSerializerContext;
