using System.Text.Json;
using System.Text.Json.Serialization;
using Cloud.Flow.Door;

namespace Cloud.Flow.Inbound;

/// <summary>Why a message is where it is: kept in the account's log with the change that brought it.</summary>
public static class MessageTrace
{
    /// <summary>Octets of one; a row of the log is read with every synchronisation that passes it.</summary>
    public const int MaxOctets = 16 * 1024;

    /// <returns>Nothing but the outcome where the whole would be too long.</returns>
    internal static byte[] Pack(Evidence evidence, int most = MaxOctets)
    {
        for (var steps = evidence.Steps.Count; ; steps /= 2)
        {
            var part =
                steps == evidence.Steps.Count ? evidence : evidence with { Steps = [.. evidence.Steps.Take(steps)] };
            var packed = JsonSerializer.SerializeToUtf8Bytes(part with { Fields = "" }, TraceJson.Default.Evidence);
            if (packed.Length <= most)
                return packed;
            if (steps == 0)
                return JsonSerializer.SerializeToUtf8Bytes(
                    new(evidence.Outcome, "", Start(evidence.Reason), "", [], []),
                    TraceJson.Default.Evidence
                );
        }
    }

    static string Start(string text) => text[..Math.Min(text.Length, Evidence.MaxStep)];

    /// <returns>Null when it is none of ours.</returns>
    public static Evidence? Unpack(ReadOnlySpan<byte> packed)
    {
        try
        {
            return packed.IsEmpty ? null : JsonSerializer.Deserialize(packed, TraceJson.Default.Evidence);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(
    IgnoreReadOnlyProperties = true,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true
)]
[JsonSerializable(typeof(Evidence))]
sealed partial class TraceJson : JsonSerializerContext;
