using System.Text.Json;
using System.Text.Json.Serialization;
using Cloud.Store.Ports;

namespace Cloud.Cli.FunctionsHost;

/// <summary>Reads the function.json files: one folder a function, directly under the app's root.</summary>
static class FunctionJson
{
    const string FileName = "function.json";

    /// <param name="settings">App settings, for <c>%NAME%</c> in schedules and queue names.</param>
    /// <exception cref="FunctionsHostException">What cannot be, all of it, one fault a line.</exception>
    public static IReadOnlyList<FunctionDefinition> ReadAll(string root, IReadOnlyDictionary<string, string> settings)
    {
        var faults = new List<string>();
        var functions = new List<FunctionDefinition>();
        foreach (var folder in Directory.EnumerateDirectories(root).Order(StringComparer.Ordinal))
        {
            var file = Path.Combine(folder, FileName);
            if (!File.Exists(file))
                continue;
            try
            {
                functions.Add(Read(Path.GetFileName(folder), File.ReadAllBytes(file), settings));
            }
            catch (Exception e) when (e is JsonException or FormatException)
            {
                faults.Add($"{Path.GetFileName(folder)}/{FileName}: {e.Message}");
            }
        }
        if (functions.Count == 0 && faults.Count == 0)
            faults.Add($"There is no function in {root}.");
        return faults.Count == 0 ? functions : throw new FunctionsHostException(string.Join('\n', faults));
    }

    /// <exception cref="JsonException">It is no JSON of the right shape.</exception>
    /// <exception cref="FormatException">It says what cannot be.</exception>
    public static FunctionDefinition Read(string name, byte[] json, IReadOnlyDictionary<string, string> settings)
    {
        var file = JsonSerializer.Deserialize(json, FunctionJsonContext.Default.FunctionFile);
        var triggers = file?.Bindings?.Where(binding => binding.IsTrigger).ToList();
        if (triggers is not [var trigger])
            throw new FormatException($"{triggers?.Count ?? 0} triggers, and a function has one.");
        if (trigger.Name is not { Length: > 0 } binding)
            throw new FormatException("the trigger has no name.");
        return trigger.Type!.ToUpperInvariant() switch
        {
            "HTTPTRIGGER" => Http(name, file!.Bindings!, trigger),
            "QUEUETRIGGER" => new QueueDefinition(
                name,
                binding,
                QueueName(Resolve(trigger.QueueName, settings)),
                trigger.Connection is { Length: > 0 } connection ? connection : "AzureWebJobsStorage",
                string.Equals(trigger.DataType, "binary", StringComparison.OrdinalIgnoreCase)
            ),
            "TIMERTRIGGER" => Timer(name, binding, file!.Retry, trigger, settings),
            _ => throw new FormatException($"trigger {trigger.Type} is not played here."),
        };
    }

    static HttpDefinition Http(string name, IReadOnlyList<Binding> bindings, Binding trigger)
    {
        // Only so is the request passed on as it is; else it is wrapped into JSON.
        if (bindings is not [_, _] || !bindings.Any(binding => binding is { Type: "http", Direction: "out" }))
            throw new FormatException("an httpTrigger needs an http output beside it, and nothing else.");
        var route = trigger.Route ?? name;
        var first = route.Split('/')[0];
        if (first.ToUpperInvariant() is "ADMIN" or "RUNTIME")
            throw new FormatException($"route {route}: the host keeps admin and runtime to itself.");
        var level = trigger.AuthLevel?.ToUpperInvariant() ?? "FUNCTION";
        if (level is not ("ANONYMOUS" or "FUNCTION" or "ADMIN"))
            throw new FormatException($"authLevel {trigger.AuthLevel} is none of anonymous, function, admin.");
        var methods = trigger.Methods?.Select(method => method.ToUpperInvariant()).ToList() ?? [];
        return new(name, route, methods, level != "ANONYMOUS");
    }

    static TimerDefinition Timer(
        string name,
        string binding,
        Retry? retry,
        Binding trigger,
        IReadOnlyDictionary<string, string> settings
    )
    {
        if (retry is { Strategy: not "fixedDelay" })
            throw new FormatException($"retry strategy {retry.Strategy} is not played here.");
        return new(
            name,
            binding,
            Ncrontab.Parse(Resolve(trigger.Schedule, settings)),
            trigger.RunOnStartup ?? false,
            trigger.UseMonitor ?? true,
            retry?.MaxRetryCount ?? 0,
            retry?.DelayInterval ?? TimeSpan.Zero
        );
    }

    static string QueueName(string name) =>
        StoreNames.IsContainer(name) ? name : throw new FormatException($"queueName \"{name}\" is no queue's name.");

    /// <summary><c>%NAME%</c> stands for an app setting.</summary>
    static string Resolve(string? text, IReadOnlyDictionary<string, string> settings)
    {
        if (text is not ['%', .., '%'])
            return text ?? "";
        return settings.TryGetValue(text[1..^1], out var value)
            ? value
            : throw new FormatException($"there is no setting {text}.");
    }
}

sealed record FunctionFile(IReadOnlyList<Binding>? Bindings, Retry? Retry);

/// <summary>One binding: members of all kinds we know.</summary>
sealed record Binding(
    string? Type,
    string? Direction,
    string? Name,
    string? Route,
    IReadOnlyList<string>? Methods,
    string? AuthLevel,
    string? QueueName,
    string? Connection,
    string? DataType,
    string? Schedule,
    bool? RunOnStartup,
    bool? UseMonitor
)
{
    [JsonIgnore]
    public bool IsTrigger => Type?.EndsWith("Trigger", StringComparison.OrdinalIgnoreCase) == true;
}

sealed record Retry(string? Strategy, int MaxRetryCount, TimeSpan? DelayInterval);

[JsonSerializable(typeof(FunctionFile))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
sealed partial class FunctionJsonContext : JsonSerializerContext;
