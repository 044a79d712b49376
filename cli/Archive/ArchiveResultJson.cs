using System.Text.Json.Serialization;

namespace Cloud.Cli.Archive;

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ImportResult))]
[JsonSerializable(typeof(ExportResult))]
[JsonSerializable(typeof(ExportCheckResult))]
sealed partial class ArchiveResultJson : JsonSerializerContext;
