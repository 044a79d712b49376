using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cloud.Api.Rest.Usage;

/// <param name="Since">From when on messages are counted as sent.</param>
/// <param name="IsWhole">False: there were more messages than are counted at once, and these are the first.</param>
public sealed record UsageInfo(
    DateTimeOffset Since,
    bool IsWhole,
    IReadOnlyList<DomainUsage> Domains,
    CostEstimate Cost
);

/// <summary>What these octets cost on Azure, at list prices and without what is free there; operations and the host come on top.</summary>
/// <param name="PricesOf">The day or month of the prices.</param>
/// <param name="KeptMonth">To keep what lies in mailboxes, for a month.</param>
/// <param name="Sent">For what was sent to leave the data centre.</param>
public sealed record CostEstimate(string Currency, string PricesOf, decimal KeptMonth, decimal Sent);

/// <param name="Prices">List prices that it was reckoned with.</param>
/// <param name="Domains">Those that the caller sees.</param>
/// <param name="Total">Of them.</param>
public sealed record CostInfo(
    DateTimeOffset Since,
    bool IsWhole,
    IReadOnlyList<UnitCost> Prices,
    IReadOnlyList<DomainCost> Domains,
    CostEstimate Total
);

/// <param name="Of"><c>kept</c> or <c>sent</c>.</param>
/// <param name="Unit">What the price is for.</param>
public sealed record UnitCost(string Of, string Unit, decimal Price);

/// <param name="KeptMonth">To keep what lies in its mailboxes, for a month.</param>
/// <param name="Sent">For what was sent to leave the data centre.</param>
public sealed record DomainCost(string Domain, decimal KeptMonth, decimal Sent);

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
[JsonSerializable(typeof(CostInfo))]
public sealed partial class UsageJson : JsonSerializerContext;
