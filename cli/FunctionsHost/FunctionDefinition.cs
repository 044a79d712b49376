namespace Cloud.Cli.FunctionsHost;

/// <summary>A function.json, read: one trigger, by which the host calls.</summary>
/// <param name="Name">The folder's.</param>
abstract record FunctionDefinition(string Name);

/// <param name="Route">Below the route prefix; ASP.NET Core's templates.</param>
/// <param name="Methods">Upper case; empty for all.</param>
/// <param name="NeedsKey">authLevel function or admin.</param>
sealed record HttpDefinition(string Name, string Route, IReadOnlyList<string> Methods, bool NeedsKey)
    : FunctionDefinition(Name);

/// <param name="Binding">The binding's name: under it the message stands in Data.</param>
/// <param name="Connection">The setting that says which storage.</param>
/// <param name="IsBinary">The message is handed over as octets, not as text.</param>
sealed record QueueDefinition(string Name, string Binding, string Queue, string Connection, bool IsBinary)
    : FunctionDefinition(Name);

/// <param name="UseMonitor">Remembers runs, and makes up at a start for one that was missed.</param>
sealed record TimerDefinition(
    string Name,
    string Binding,
    Ncrontab Schedule,
    bool RunOnStartup,
    bool UseMonitor,
    int MaxRetries,
    TimeSpan RetryDelay
) : FunctionDefinition(Name);
