namespace Cloud.Functions.Hosting;

/// <summary>One function: its name is its folder's, and the path at which the host calls it.</summary>
abstract record Function(string Name);

/// <summary>Called through the host by anybody: <paramref name="Authorize"/> is asked first.</summary>
/// <param name="Methods">Upper case, as in HTTP.</param>
/// <param name="Route">Below the route prefix, as in function.json.</param>
sealed record HttpFunction(
    string Name,
    IReadOnlyList<string> Methods,
    string Route,
    Func<Services, IAuthorization> Authorize,
    Func<Services, HttpContext, CancellationToken, ValueTask> RunAsync
) : Function(Name);

/// <summary>Called by the host alone.</summary>
abstract record TriggerFunction(string Name) : Function(Name)
{
    /// <summary>When an invocation is given up.</summary>
    public TimeSpan Deadline { get; init; } = Deadlines.Trigger;
}

/// <param name="Queue">As in function.json.</param>
/// <param name="RunAsync">Takes the message's octets. To throw is to have the host show the message again.</param>
sealed record QueueFunction(
    string Name,
    string Queue,
    Func<Services, ReadOnlyMemory<byte>, CancellationToken, ValueTask> RunAsync
) : TriggerFunction(Name);

/// <param name="RunAsync">Gives a line for the log, or null.</param>
sealed record TimerFunction(string Name, Func<Services, CancellationToken, ValueTask<string?>> RunAsync)
    : TriggerFunction(Name);
