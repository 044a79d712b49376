using System.Net;
using Cloud.Store.Ports;

namespace Cloud.Cli.FunctionsHost;

/// <summary>Which app to run, and with what.</summary>
/// <param name="Root">What was published: host.json, the executable, a folder for each function.</param>
/// <param name="AppSettings">The handler finds them in its environment.</param>
/// <param name="Queues">The queues of a connection, by the name in function.json.</param>
/// <param name="Key">Opens functions of authLevel function, as header <c>x-functions-key</c> or <c>?code=</c>.</param>
/// <param name="Http">Where HTTP functions are called; port 0 takes a free one.</param>
sealed record FunctionsHostOptions(
    string Root,
    IReadOnlyDictionary<string, string> AppSettings,
    Func<string, IQueues> Queues,
    string Key,
    IPEndPoint Http
)
{
    /// <summary>
    /// The same, where messages that failed too often are put as the host does it: they end after 7 days. Null for
    /// <see cref="Queues"/>.
    /// </summary>
    public Func<string, IQueues>? PoisonQueues { get; init; }

    /// <summary>Where runs of timers are remembered; null for nowhere.</summary>
    public string? TimerStatus { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public Entropy Entropy { get; init; } = Entropy.System;
}
