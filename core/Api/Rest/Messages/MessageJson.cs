using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cloud.Api.Rest.Messages;

/// <param name="Address">As it is written; may be no address that one can write to.</param>
public sealed record Mailer(string Address, string? Name = null);

/// <param name="Mailboxes">Ids of those that it lies in.</param>
/// <param name="Flags"><c>seen</c>, <c>answered</c>, <c>flagged</c>, <c>deleted</c>, <c>draft</c>.</param>
/// <param name="Size">Octets of the whole message.</param>
/// <param name="Trace">The id of its way in: for <c>/trace</c>.</param>
public sealed record MessageSummary(
    string Id,
    string Thread,
    IReadOnlyList<string> Mailboxes,
    IReadOnlyList<string> Flags,
    IReadOnlyList<string> Keywords,
    DateTimeOffset ReceivedAt,
    DateTimeOffset? SentAt,
    IReadOnlyList<Mailer> From,
    IReadOnlyList<Mailer> To,
    string Subject,
    string Preview,
    long Size,
    bool HasAttachment,
    string Trace
);

/// <summary>A message taken apart.</summary>
/// <param name="Text">In plain text, made of the HTML where there is nothing else; its first MiB.</param>
/// <param name="Html">As its sender wrote it: nothing has made it harmless. Missing where there is none.</param>
/// <param name="Reply">Of the text, what its author wrote: without quotes and signature.</param>
/// <param name="IsTruncated">There is more text than is shown.</param>
/// <param name="Headers">All, decoded, in their order.</param>
public sealed record MessageInfo(
    MessageSummary Summary,
    IReadOnlyList<Mailer> Cc,
    IReadOnlyList<Mailer> Bcc,
    IReadOnlyList<Mailer> ReplyTo,
    string? MessageId,
    IReadOnlyList<string> InReplyTo,
    IReadOnlyList<string> References,
    string Text,
    string? Html,
    string Reply,
    bool IsTruncated,
    IReadOnlyList<AttachmentInfo> Attachments,
    IReadOnlyList<HeaderInfo> Headers,
    string Sha256
);

/// <param name="Part">For <c>/parts/{part}</c>.</param>
/// <param name="Size">Octets, decoded; missing where they were not counted.</param>
/// <param name="ContentId">Without angle brackets: the HTML may show it as <c>cid:…</c>.</param>
public sealed record AttachmentInfo(string Part, string? FileName, string ContentType, long? Size, string? ContentId);

public sealed record HeaderInfo(string Name, string Value);

/// <summary>What is missing stays as it is.</summary>
/// <param name="Mailbox">Where it is moved: an id, or a whole name.</param>
public sealed record MessageChange(
    bool? Seen = null,
    bool? Flagged = null,
    bool? Answered = null,
    bool? Draft = null,
    IReadOnlyList<string>? AddKeywords = null,
    IReadOnlyList<string>? RemoveKeywords = null,
    string? Mailbox = null
);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    MaxDepth = ApiLimits.JsonDepth
)]
[JsonSerializable(typeof(MessageChange))]
[JsonSerializable(typeof(MessageInfo))]
[JsonSerializable(typeof(MessageSummary))]
[JsonSerializable(typeof(Page<MessageSummary>))]
public sealed partial class MessageJson : JsonSerializerContext;
