using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cloud.Cli.FunctionsHost;

/// <summary>When a timer ran last and is to run next: what <c>useMonitor</c> remembers.</summary>
sealed record TimerStatus(DateTimeOffset Last, DateTimeOffset Next, DateTimeOffset LastUpdated)
{
    /// <returns>Null when nothing is remembered, or nothing that can be read.</returns>
    public static TimerStatus? Read(string? folder, string function)
    {
        if (folder is null)
            return null;
        try
        {
            return JsonSerializer.Deserialize(
                File.ReadAllBytes(PathOf(folder, function)),
                TimerJson.Default.TimerStatus
            );
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public void Write(string? folder, string function)
    {
        if (folder is null)
            return;
        Directory.CreateDirectory(folder);
        var path = PathOf(folder, function);
        File.WriteAllBytes($"{path}.new", JsonSerializer.SerializeToUtf8Bytes(this, TimerJson.Default.TimerStatus));
        File.Move($"{path}.new", path, overwrite: true);
    }

    static string PathOf(string folder, string function) => Path.Combine(folder, $"{function}.json");
}

[JsonSerializable(typeof(TimerStatus))]
sealed partial class TimerJson : JsonSerializerContext;
