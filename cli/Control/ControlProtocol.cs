using System.Text.Json.Serialization;
using Cloud.Api.Admin;
using Cloud.Flow.Keys;
using Cloud.Flow.Outbound.Reports;

namespace Cloud.Cli.Control;

/// <summary>What `POST /control` on the socket DIR/control.sock takes: verbs that the API does not have.</summary>
/// <param name="Operation">An <see cref="IAdministration"/> method without "Async".</param>
sealed record ControlRequest(
    string Operation,
    string? Name,
    string? Secret,
    IReadOnlyList<string>? Targets,
    QueueQuery? Query = null
)
{
    /// <summary>A password never gets into a log by way of a record's text.</summary>
    public override string ToString() => $"{Operation} {Name}";
}

/// <param name="Error">What the operator did wrong; null for success.</param>
sealed record ControlAnswer(
    string? Error,
    IReadOnlyList<string>? Domains = null,
    IReadOnlyList<UserInfo>? Users = null,
    IReadOnlyList<AliasInfo>? Aliases = null,
    IReadOnlyList<DomainKeyPair>? Keys = null,
    IReadOnlyList<GrantInfo>? Grants = null,
    QueueList? Messages = null,
    QueueDetails? Message = null,
    QueueChange? Changed = null,
    IReadOnlyList<DeadTask>? Dead = null,
    IReadOnlyList<SuppressedAddress>? Suppressed = null,
    IReadOnlyList<ForwardInfo>? Forwards = null,
    IReadOnlyList<ReportSummary>? Reports = null
);

[JsonSerializable(typeof(ControlRequest))]
[JsonSerializable(typeof(ControlAnswer))]
sealed partial class ControlJson : JsonSerializerContext;
