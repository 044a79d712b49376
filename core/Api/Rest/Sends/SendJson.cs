using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cloud.Api.Rest.Sends;

/// <summary>A message to send, in parts. At least one recipient is in to, cc or bcc.</summary>
/// <param name="From">An address of yours that somebody reads: <c>Ada &lt;ada@example.org&gt;</c>.</param>
/// <param name="Headers">Further header fields by name; none of those that have a member here.</param>
/// <param name="Tags">Come back in events: up to 10, of 64 letters, digits, <c>-</c>, <c>_</c> and <c>.</c> each.</param>
/// <param name="Metadata">Comes back in events: up to 20 pairs, 4 KiB in all.</param>
/// <param name="SendAt">Not sent before; up to 60 days ahead.</param>
/// <param name="Template">One of the domain of <c>from</c>; it gives subject, text and html.</param>
/// <param name="Variables">What the template's <c>{{name}}</c> stand for.</param>
public sealed record NewSend(
    string From,
    IReadOnlyList<string>? To = null,
    IReadOnlyList<string>? Cc = null,
    IReadOnlyList<string>? Bcc = null,
    IReadOnlyList<string>? ReplyTo = null,
    string? Subject = null,
    string? Text = null,
    string? Html = null,
    string? InReplyTo = null,
    IReadOnlyList<string>? References = null,
    IReadOnlyDictionary<string, string>? Headers = null,
    IReadOnlyList<NewAttachment>? Attachments = null,
    IReadOnlyList<string>? Tags = null,
    IReadOnlyDictionary<string, string>? Metadata = null,
    DateTimeOffset? SendAt = null,
    string? Template = null,
    IReadOnlyDictionary<string, string>? Variables = null
);

/// <param name="ContentType">
/// <c>application/octet-stream</c> where it is missing; of a file that is fetched, what its server calls it.
/// </param>
/// <param name="ContentId">With it, the HTML shows it as <c>cid:…</c>.</param>
/// <param name="Content">Its octets in base64; or else <paramref name="Upload"/> or <paramref name="Url"/>.</param>
/// <param name="Upload">What <c>POST /uploads</c> answered this key with.</param>
/// <param name="Url">Where it is fetched from: <c>https://…</c>, at a public address.</param>
public sealed record NewAttachment(
    string FileName,
    byte[]? Content = null,
    string? ContentType = null,
    string? ContentId = null,
    string? Upload = null,
    string? Url = null
);

/// <param name="Messages">1 to 100; each is taken or refused by itself.</param>
public sealed record NewBatch(IReadOnlyList<NewSend> Messages);

/// <param name="Id">Names it in events and in its trace.</param>
/// <param name="MessageId">Of the message's header, without angle brackets.</param>
/// <param name="Status"><c>queued</c> or <c>scheduled</c>.</param>
/// <param name="Recipients">How many it goes to.</param>
public sealed record SendAccepted(
    string Id,
    string MessageId,
    string Status,
    int Recipients,
    DateTimeOffset? SendAt = null
);

/// <param name="Status">As the message alone would have been answered.</param>
public sealed record BatchResult(int Status, SendAccepted? Accepted = null, ApiProblem? Problem = null);

/// <param name="Results">In the order of the messages.</param>
public sealed record BatchAnswer(IReadOnlyList<BatchResult> Results);

/// <param name="Status">
/// <c>scheduled</c>, <c>queued</c>, <c>held</c>, <c>sent</c>, <c>failed</c>, <c>partly-failed</c> or <c>cancelled</c>.
/// </param>
/// <param name="Open">Recipients for whom something is still to be done.</param>
public sealed record SendInfo(
    string Id,
    string? MessageId,
    string From,
    string? Subject,
    string Status,
    DateTimeOffset AcceptedAt,
    DateTimeOffset? SendAt,
    DateTimeOffset? DoneAt,
    int Recipients,
    int Open,
    long Size,
    IReadOnlyList<string> Tags,
    IReadOnlyDictionary<string, string> Metadata,
    IReadOnlyList<SendRecipient>? To = null
);

/// <param name="Status">
/// <c>waiting</c>, <c>sending</c>, <c>held</c>, <c>delivered</c>, <c>sent</c>, <c>relayed</c>, <c>failed</c> or <c>cancelled</c>.
/// </param>
/// <param name="Code">Enhanced status code of the last answer (RFC 3463).</param>
/// <param name="Reply">What the other server said last.</param>
public sealed record SendRecipient(
    string Address,
    string Status,
    int Attempts,
    DateTimeOffset? NextAttemptAt,
    DateTimeOffset? LastAttemptAt,
    string? Code,
    string? Reply,
    string? Host
);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    MaxDepth = ApiLimits.JsonDepth
)]
[JsonSerializable(typeof(NewSend))]
[JsonSerializable(typeof(NewBatch))]
[JsonSerializable(typeof(SendAccepted))]
[JsonSerializable(typeof(BatchAnswer))]
[JsonSerializable(typeof(SendInfo))]
[JsonSerializable(typeof(Page<SendInfo>))]
public sealed partial class SendJson : JsonSerializerContext;
