using System.Text.Json;

namespace Cloud.Functions.Authorization;

/// <summary>Members of an object that somebody else wrote.</summary>
static class Json
{
    /// <returns>Null when there is none, or it is not a string.</returns>
    public static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) ? Text(value) : null;

    /// <returns>Null when it is not a string, or one that is no Unicode (half of a pair, escaped or not).</returns>
    static string? Text(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>NumericDate (RFC 7519 §2).</summary>
    /// <returns>Null when there is none, or it is no time of our calendar.</returns>
    public static DateTimeOffset? Time(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.Number
        && value.TryGetInt64(out var seconds)
        && seconds is >= 0 and < 253_402_300_800
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;

    /// <summary>Whether a member that is a string or an array of strings holds the value (RFC 7519 §4.1.3).</summary>
    public static bool Holds(JsonElement json, string name, Func<string, bool> isIt)
    {
        if (!json.TryGetProperty(name, out var value))
            return false;
        return value.ValueKind switch
        {
            JsonValueKind.Array => value.EnumerateArray().Any(one => Text(one) is { } text && isIt(text)),
            _ => Text(value) is { } text && isIt(text),
        };
    }
}
