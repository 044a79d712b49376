using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cloud.Api.Rest.Archive;

/// <param name="Id">By which its messages are asked for.</param>
/// <param name="Name">Its path, levels divided by <c>/</c>.</param>
/// <param name="Role"><c>inbox</c>, <c>sent</c> and the like; missing where it has none.</param>
public sealed record ArchiveMailbox(string Id, string Name, int Messages, long Octets, string? Role = null);

/// <param name="Role">Only where no other mailbox has it.</param>
public sealed record NewArchiveMailbox(string Name, string? Role = null);

/// <param name="Uid">In its mailbox.</param>
/// <param name="Id">By which its octets are asked for.</param>
/// <param name="Flags">System flags, such as <c>\Seen</c>.</param>
/// <param name="ReceivedAt">INTERNALDATE.</param>
/// <param name="Size">Octets.</param>
public sealed record ArchiveMessage(
    uint Uid,
    string Id,
    IReadOnlyList<string> Flags,
    IReadOnlyList<string> Keywords,
    DateTimeOffset ReceivedAt,
    long Size
)
{
    /// <summary>Octets of a message that is put in: twice what the largest services take.</summary>
    public const long MaxSize = 256L * 1024 * 1024;
}

/// <param name="Uid">0 where an earlier run had brought it.</param>
public sealed record ArchivedMessage(uint Uid);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    MaxDepth = ApiLimits.JsonDepth
)]
[JsonSerializable(typeof(ArchiveMailbox))]
[JsonSerializable(typeof(Page<ArchiveMailbox>))]
[JsonSerializable(typeof(NewArchiveMailbox))]
[JsonSerializable(typeof(Page<ArchiveMessage>))]
[JsonSerializable(typeof(ArchivedMessage))]
[JsonSerializable(typeof(Page<string>))]
public sealed partial class ArchiveJson : JsonSerializerContext;
