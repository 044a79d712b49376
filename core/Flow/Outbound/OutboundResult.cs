namespace Cloud.Flow.Outbound;

/// <summary>What became of a message of queue <c>outbound</c>.</summary>
public enum OutboundOutcome
{
    /// <summary>All that it asked for is done.</summary>
    Done,

    /// <summary>It is to be done later; the queue will say so.</summary>
    Waits,

    /// <summary>There is nothing to do any more: it was done, cancelled, held, or is another's to do.</summary>
    Superseded,

    /// <summary>It was tried again and again and came to no end: it lies among the dead letters.</summary>
    SetAside,
}

/// <param name="Transaction">The message's; null where it cannot be read.</param>
public sealed record OutboundResult(OutboundOutcome Outcome, string? Transaction)
{
    /// <summary>Where it was sent to; null where nothing was sent.</summary>
    public string? NextHop { get; init; }

    /// <summary>The server of the next hop; null if there was none.</summary>
    public string? Host { get; init; }

    /// <summary>Recipients that it was passed on for.</summary>
    public int Sent { get; init; }

    /// <summary>Recipients that it is tried again for.</summary>
    public int Deferred { get; init; }

    /// <summary>Recipients that it comes back for.</summary>
    public int Failed { get; init; }

    /// <summary>Of the deferred and the failed: code and enhanced status of the first of them, <c>450 4.2.1</c>.</summary>
    public string? Status { get; init; }

    /// <summary>Why a task was given up.</summary>
    public string? Reason { get; init; }

    /// <summary>Recipients whose last attempt came to no end: they may get the message twice.</summary>
    public int PossibleRepeats { get; init; }

    /// <summary>The message's bytes are gone. They may be restored: it is tried on.</summary>
    public bool IsBlobMissing { get; init; }

    /// <summary>A fault of ours that is to be logged.</summary>
    public Exception? Fault { get; init; }

    /// <summary>The message's W3C trace id, by which everything that was logged of it is found.</summary>
    public string Trace => Transaction is null ? "none: it cannot be read" : $"00000{Transaction}";
}
