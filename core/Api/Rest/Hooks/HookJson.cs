using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cloud.Api.Rest.Hooks;

/// <summary>Which messages it is about; all that is given must hold. Patterns have <c>*</c> and <c>?</c>.</summary>
/// <param name="Sender">Pattern of the reverse path or the author.</param>
/// <param name="Recipient">Pattern of a recipient.</param>
/// <param name="Subject">Pattern of the subject.</param>
/// <param name="Header">Name of a field of the header.</param>
/// <param name="HeaderValue">Pattern of its value; missing: it need only be there.</param>
public sealed record HookRuleShape(
    string? Sender = null,
    string? Recipient = null,
    string? Subject = null,
    string? Header = null,
    string? HeaderValue = null,
    bool? Spam = null,
    bool? Attachment = null
);

/// <param name="Url">Of the endpoint: https, at a public address.</param>
/// <param name="Events">One or more of message.received, message.filed, message.sent, message.delivered,
/// message.deferred, message.bounced, message.complained, message.rejected, account.quota.</param>
/// <param name="Domain">The only domain it is about.</param>
/// <param name="Address">Pattern of addresses of ours that it is about.</param>
/// <param name="Mailbox">The only user it is about, by whatever address.</param>
/// <param name="Payload">full (if missing) or thin.</param>
/// <param name="Preset">slack, discord, teams or ntfy: in that service's form instead.</param>
/// <param name="Inline">Octets of attachments that are put in rather than linked (0).</param>
/// <param name="Concurrency">Posts at the same time, 1 to 32 (4).</param>
/// <param name="Owner">Who hears by mail that the endpoint fails; missing: the user of mailbox, or the domain's postmaster.</param>
/// <param name="Tenant">Whose domains it is about; missing: the key's own, for the operator all.</param>
public sealed record NewHook(
    string Url,
    IReadOnlyList<string> Events,
    string? Domain = null,
    string? Address = null,
    string? Mailbox = null,
    HookRuleShape? Rule = null,
    string? Payload = null,
    string? Preset = null,
    int? Inline = null,
    int? Concurrency = null,
    string? Owner = null,
    string? Description = null,
    string? Tenant = null
);

/// <summary>What is missing stays as it is.</summary>
/// <param name="Enabled">True also for one that was switched off because its endpoint was gone.</param>
public sealed record HookChange(
    string? Url = null,
    IReadOnlyList<string>? Events = null,
    string? Address = null,
    HookRuleShape? Rule = null,
    string? Payload = null,
    int? Inline = null,
    int? Concurrency = null,
    string? Owner = null,
    string? Description = null,
    bool? Enabled = null
);

/// <param name="Failures">Attempts that failed one after the other.</param>
/// <param name="Since">When the first of them was.</param>
/// <param name="PausedUntil">Nothing is sent before.</param>
public sealed record EndpointShape(int Failures, DateTimeOffset? Since = null, DateTimeOffset? PausedUntil = null);

/// <param name="Tenant">Missing for all.</param>
/// <param name="Disabled">Why nothing is sent; missing where it is.</param>
/// <param name="Endpoint">How it has answered lately; missing where it is well.</param>
public sealed record HookShape(
    string Id,
    string Url,
    IReadOnlyList<string> Events,
    string Payload,
    int Inline,
    int Concurrency,
    DateTimeOffset CreatedAt,
    string? Tenant = null,
    string? Domain = null,
    string? Address = null,
    string? Mailbox = null,
    HookRuleShape? Rule = null,
    string? Preset = null,
    string? Owner = null,
    string? Description = null,
    string? Disabled = null,
    EndpointShape? Endpoint = null
);

/// <param name="Secret">Of v1 (HMAC-SHA256): shown this once.</param>
/// <param name="PublicKey">Of v1a (Ed25519).</param>
public sealed record MadeHook(string Id, string Secret, string PublicKey, HookShape Hook);

/// <param name="OverlapHours">How long the old secret counts as well, 0 to 720 (24).</param>
/// <param name="Pair">True: the Ed25519 pair of v1a is made anew, too.</param>
public sealed record HookRotation(int? OverlapHours = null, bool? Pair = null);

/// <param name="OverlapHours">How long links that were made before open as well, 0 to 720 (24).</param>
public sealed record LinkRotation(int? OverlapHours = null);

/// <param name="Event">Its id: as in webhook-id.</param>
public sealed record TestedHook(string Event);

/// <param name="At">When it began.</param>
/// <param name="Status">Of HTTP; missing where there was no answer.</param>
/// <param name="Fault">Why it failed; missing for success.</param>
/// <param name="Answer">The start of the answer's body.</param>
public sealed record AttemptShape(
    DateTimeOffset At,
    int Milliseconds,
    string Answer,
    int? Status = null,
    string? Fault = null
);

/// <param name="Event">Its id: as in webhook-id.</param>
/// <param name="State">sending, waiting, done or dead.</param>
/// <param name="Due">When it is tried; missing where nobody tries any more.</param>
/// <param name="Reason">Why it is dead.</param>
public sealed record DeliveryShape(
    string Event,
    string Type,
    DateTimeOffset At,
    string State,
    IReadOnlyList<AttemptShape> Attempts,
    DateTimeOffset? Due = null,
    string? Reason = null,
    string? Address = null,
    string? Trace = null
);

/// <param name="Hook">Another hook that gets it; missing for the same.</param>
public sealed record EventReplay(string? Hook = null);

/// <summary>Which deliveries are made again: all that is given must hold.</summary>
/// <param name="From">Of events from this time on.</param>
/// <param name="To">Before this time.</param>
/// <param name="State">done or dead; missing for both.</param>
/// <param name="Type">Of the event.</param>
/// <param name="Sender">Pattern of the reverse path or the author.</param>
/// <param name="Recipient">Pattern of a recipient.</param>
/// <param name="Hook">Another hook that gets them; missing for the same.</param>
/// <param name="After">The next of the answer before.</param>
public sealed record HookReplay(
    DateTimeOffset? From = null,
    DateTimeOffset? To = null,
    string? State = null,
    string? Type = null,
    string? Sender = null,
    string? Recipient = null,
    string? Hook = null,
    string? After = null
);

/// <param name="Count">How many are on their way.</param>
/// <param name="Next">Ask again with it as after; missing at the end.</param>
public sealed record HookReplayed(int Count, string? Next = null);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    MaxDepth = ApiLimits.JsonDepth
)]
[JsonSerializable(typeof(NewHook))]
[JsonSerializable(typeof(HookChange))]
[JsonSerializable(typeof(HookShape))]
[JsonSerializable(typeof(MadeHook))]
[JsonSerializable(typeof(HookRotation))]
[JsonSerializable(typeof(LinkRotation))]
[JsonSerializable(typeof(TestedHook))]
[JsonSerializable(typeof(DeliveryShape))]
[JsonSerializable(typeof(EventReplay))]
[JsonSerializable(typeof(HookReplay))]
[JsonSerializable(typeof(HookReplayed))]
[JsonSerializable(typeof(Page<HookShape>))]
[JsonSerializable(typeof(Page<DeliveryShape>))]
[JsonSerializable(typeof(IReadOnlyList<HookShape>))]
[JsonSerializable(typeof(IReadOnlyList<DeliveryShape>))]
public sealed partial class HookApiJson : JsonSerializerContext;
