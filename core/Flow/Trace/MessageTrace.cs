using System.Text.Json;
using System.Text.Json.Serialization;
using Cloud.Flow.Door;

namespace Cloud.Flow.Trace;

/// <summary>Why a message is where it is: kept in the account's log with the change that brought it.</summary>
/// <param name="Session">How it came; null where nobody handed it over.</param>
/// <param name="Evidence">What the door found out; null for mail that nobody has judged.</param>
public sealed record MessageTrace(SessionFacts? Session = null, Evidence? Evidence = null)
{
    /// <summary>Octets of one; a row of the log is read with every synchronisation that passes it.</summary>
    public const int MaxOctets = 16 * 1024;

    /// <returns>Nothing but the outcome where the whole would be too long; empty where there is nothing to tell.</returns>
    internal byte[] Pack(int most = MaxOctets)
    {
        if (Session is null && Evidence is null)
            return [];
        var session = Session?.Bounded;
        if (Evidence is not { } evidence)
            return ToJson(new(session, null));
        for (var steps = evidence.Steps.Count; ; steps /= 2)
        {
            var part =
                steps == evidence.Steps.Count ? evidence : evidence with { Steps = [.. evidence.Steps.Take(steps)] };
            var packed = ToJson(new(session, part with { Fields = "" }));
            if (packed.Length <= most)
                return packed;
            if (steps == 0)
                return ToJson(new(session, new(evidence.Outcome, "", Start(evidence.Reason), "", [], [])));
        }
    }

    static byte[] ToJson(MessageTrace trace) =>
        JsonSerializer.SerializeToUtf8Bytes(trace, TraceJson.Default.MessageTrace);

    static string Start(string text) => text[..Math.Min(text.Length, Evidence.MaxStep)];

    /// <returns>Null when it is none of ours.</returns>
    internal static MessageTrace? Unpack(ReadOnlySpan<byte> packed)
    {
        try
        {
            return packed.IsEmpty ? null : JsonSerializer.Deserialize(packed, TraceJson.Default.MessageTrace);
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
    RespectRequiredConstructorParameters = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(MessageTrace))]
sealed partial class TraceJson : JsonSerializerContext;
