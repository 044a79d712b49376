using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cloud.Functions.Hosting;

/// <summary>What the host posts for a trigger that is not HTTP.</summary>
/// <remarks>
/// Its other member, <c>Metadata</c>, is not read: where a queue message is a JSON object, the host lets the message's
/// members overwrite it, so neither Id nor DequeueCount can be believed. What a function needs stands in its payload.
/// </remarks>
/// <param name="Data">By the binding's name; one trigger, so one value.</param>
sealed record Invocation(Dictionary<string, JsonElement>? Data)
{
    /// <exception cref="JsonException">There is not exactly one.</exception>
    [JsonIgnore]
    public JsonElement Value =>
        Data is { Count: 1 } ? Data.First().Value : throw new JsonException("Data must have one member");
}

/// <summary>What the host wants to read: 200 with an empty body would leave the invocation hanging until it times out.</summary>
sealed record InvocationResult(
    IReadOnlyDictionary<string, string> Outputs,
    IReadOnlyList<string> Logs,
    string? ReturnValue
)
{
    public static InvocationResult Of(string? log) =>
        new(new Dictionary<string, string>(), log is null ? [] : [log], null);
}

/// <param name="Error">For whoever sees the answer; details go to the log.</param>
sealed record InvocationFailure(string Error, string Trace);

[JsonSerializable(typeof(Invocation))]
[JsonSerializable(typeof(InvocationResult))]
[JsonSerializable(typeof(InvocationFailure))]
[JsonSourceGenerationOptions(PropertyNameCaseInsensitive = true)]
sealed partial class InvocationJson : JsonSerializerContext;
