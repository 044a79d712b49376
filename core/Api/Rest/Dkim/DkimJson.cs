using System.Text.Json;
using System.Text.Json.Serialization;
using Cloud.Api.WellKnown;
using Cloud.Store.Directory;

namespace Cloud.Api.Rest.Dkim;

/// <param name="Name">What both selectors begin with.</param>
/// <param name="State"><c>Upcoming</c>: to be published; <c>Active</c>: signs; <c>Retired</c>: checks what is on its way.</param>
/// <param name="Since">When that state was reached.</param>
/// <param name="Until">Of a retired pair: its records may go then.</param>
/// <param name="Records">What publishes it.</param>
public sealed record DkimPair(
    string Name,
    DomainKeyState State,
    DateTimeOffset Since,
    DateTimeOffset? Until,
    IReadOnlyList<DnsRecord> Records
);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    MaxDepth = ApiLimits.JsonDepth
)]
[JsonSerializable(typeof(DkimPair))]
[JsonSerializable(typeof(Page<DkimPair>))]
public sealed partial class DkimJson : JsonSerializerContext;
