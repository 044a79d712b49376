using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Cloud.Cli.FunctionsHost;

/// <summary>host.json, with the defaults of the host where it says nothing.</summary>
/// <param name="FunctionTimeout">Null for none (-1).</param>
/// <param name="RoutePrefix">Before every HTTP function's route; may be empty.</param>
/// <param name="Executable">Relative to the app's root.</param>
sealed record HostSettings(
    TimeSpan? FunctionTimeout,
    string RoutePrefix,
    QueueSettings Queues,
    string Executable,
    string WorkingDirectory,
    IReadOnlyList<string> Arguments,
    TimeSpan InitializationTimeout
)
{
    /// <summary>An app setting of this prefix outweighs host.json: <c>AzureFunctionsJobHost__extensions__queues__batchSize</c>.</summary>
    public const string OverridePrefix = "AzureFunctionsJobHost__";

    /// <param name="root">Where host.json lies.</param>
    /// <param name="environment">The app settings.</param>
    /// <exception cref="FunctionsHostException">What cannot be, all of it, one fault a line.</exception>
    public static HostSettings Read(string root, IReadOnlyDictionary<string, string> environment)
    {
        var reader = new Reader(Configuration(root, environment));
        var settings = reader.Read();
        return reader.Faults.Count == 0
            ? settings
            : throw new FunctionsHostException(string.Join('\n', reader.Faults.Select(fault => $"host.json: {fault}")));
    }

    static IConfigurationRoot Configuration(string root, IReadOnlyDictionary<string, string> environment)
    {
        var overrides = environment
            .Where(pair => pair.Key.StartsWith(OverridePrefix, StringComparison.OrdinalIgnoreCase))
            .Select(pair =>
                KeyValuePair.Create(
                    pair.Key[OverridePrefix.Length..].Replace("__", ":", StringComparison.Ordinal),
                    (string?)pair.Value
                )
            );
        try
        {
            var file = Path.GetFullPath(Path.Combine(root, "host.json"));
            return new ConfigurationBuilder().AddJsonFile(file).AddInMemoryCollection(overrides).Build();
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new FunctionsHostException($"host.json in {root} cannot be read: {e.GetBaseException().Message}", e);
        }
    }

    sealed class Reader(IConfiguration json)
    {
        public List<string> Faults { get; } = [];

        public HostSettings Read()
        {
            if (json["version"] != "2.0")
                Faults.Add("version must be \"2.0\".");
            if (json["customHandler:enableProxyingHttpRequest"] is not ("True" or "true"))
                Faults.Add("customHandler.enableProxyingHttpRequest must be true; other ways are not played here.");
            if (json.GetSection("customHandler:http").Exists())
                Faults.Add("customHandler.http cannot stand beside function.json files.");
            if (json["customHandler:description:defaultExecutablePath"] is not { Length: > 0 })
                Faults.Add("customHandler.description.defaultExecutablePath is missing.");
            var arguments = json.GetSection("customHandler:description:arguments");
            return new(
                json["functionTimeout"] == "-1" ? null : Time("functionTimeout", TimeSpan.FromMinutes(30)),
                json["extensions:http:routePrefix"] ?? "api",
                Queues(),
                json["customHandler:description:defaultExecutablePath"] ?? "",
                json["customHandler:description:workingDirectory"] ?? "",
                [.. arguments.GetChildren().Select(argument => argument.Value ?? "")],
                Time("customHandler:initializationTimeout", TimeSpan.FromSeconds(30))
            );
        }

        QueueSettings Queues()
        {
            const string Section = "extensions:queues";
            var batch = Number($"{Section}:batchSize", 16, 1, 32);
            var encoding = json[$"{Section}:messageEncoding"];
            if (encoding is not (null or "base64"))
                Faults.Add("extensions.queues.messageEncoding must be base64, as our queues are written.");
            return new(
                Time($"{Section}:maxPollingInterval", TimeSpan.FromMinutes(1)),
                Time($"{Section}:visibilityTimeout", TimeSpan.Zero),
                batch,
                Number($"{Section}:newBatchThreshold", batch / 2, 0, int.MaxValue),
                Number($"{Section}:maxDequeueCount", 5, 1, int.MaxValue)
            );
        }

        TimeSpan Time(string name, TimeSpan otherwise)
        {
            if (json[name] is not { Length: > 0 } text)
                return otherwise;
            if (TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out var time) && time >= TimeSpan.Zero)
                return time;
            Faults.Add($"{name.Replace(':', '.')}: \"{text}\" is no time such as 00:05:00.");
            return otherwise;
        }

        int Number(string name, int otherwise, int least, int most)
        {
            if (json[name] is not { Length: > 0 } text)
                return otherwise;
            var isNumber = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
            if (isNumber && number >= least && number <= most)
                return number;
            Faults.Add($"{name.Replace(':', '.')}: \"{text}\" is no number from {least} to {most}.");
            return otherwise;
        }
    }
}

/// <param name="MaxPollingInterval">Longest wait between looks at an empty queue.</param>
/// <param name="VisibilityTimeout">How long a message stays hidden whose invocation failed.</param>
/// <param name="BatchSize">Messages received at once.</param>
/// <param name="NewBatchThreshold">More are received when no more than this are at work.</param>
/// <param name="MaxDequeueCount">Tries before a message goes to the poison queue.</param>
sealed record QueueSettings(
    TimeSpan MaxPollingInterval,
    TimeSpan VisibilityTimeout,
    int BatchSize,
    int NewBatchThreshold,
    int MaxDequeueCount
);

/// <summary>The app cannot be run as it is, or has failed too often.</summary>
sealed class FunctionsHostException(string message, Exception? cause = null) : Exception(message, cause);
