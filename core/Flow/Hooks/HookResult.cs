namespace Cloud.Flow.Hooks;

public enum HookOutcome
{
    /// <summary>Nothing is to be done (any more).</summary>
    Superseded,

    /// <summary>The endpoint has it.</summary>
    Delivered,

    /// <summary>It is tried again.</summary>
    Waits,

    /// <summary>It is given up, and kept.</summary>
    Dead,

    /// <summary>A message of the queue that is none of ours.</summary>
    Unreadable,
}

/// <summary>What became of one delivery.</summary>
/// <param name="Trace">The message's W3C trace id; null where there is none.</param>
public sealed record HookResult(HookOutcome Outcome, string? Hook = null, string? Event = null, string? Trace = null)
{
    /// <summary>Why it waits, or is dead.</summary>
    public string? Reason { get; init; }

    /// <summary>A fault of ours that is to be logged.</summary>
    public Exception? Fault { get; init; }
}
