using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Cloud.Api.Admin;
using Cloud.Flow.Outbound.Reports;
using Cloud.Flow.Trace;

namespace Cloud.Cli.Admin;

/// <summary>What `--json` prints.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(IReadOnlyList<QueueEntry>))]
[JsonSerializable(typeof(QueueDetails))]
[JsonSerializable(typeof(QueueChange))]
[JsonSerializable(typeof(IReadOnlyList<DeadTask>))]
[JsonSerializable(typeof(IReadOnlyList<SuppressedAddress>))]
[JsonSerializable(typeof(IReadOnlyList<ReportSummary>))]
[JsonSerializable(typeof(IReadOnlyList<UserInfo>))]
[JsonSerializable(typeof(IReadOnlyList<AliasInfo>))]
[JsonSerializable(typeof(IReadOnlyList<GrantInfo>))]
[JsonSerializable(typeof(IReadOnlyList<ForwardInfo>))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSerializable(typeof(UserPassword))]
[JsonSerializable(typeof(IReadOnlyList<KeyPairShown>))]
[JsonSerializable(typeof(TraceReport))]
[JsonSerializable(typeof(DomainProof))]
[JsonSerializable(typeof(IReadOnlyList<TraceSummary>))]
sealed partial class QueueJson : JsonSerializerContext
{
    public static void Print<T>(T value, JsonTypeInfo<T> type) =>
        Console.WriteLine(JsonSerializer.Serialize(value, type));
}
