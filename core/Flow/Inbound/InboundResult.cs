namespace Cloud.Flow.Inbound;

/// <summary>What became of a message of a queue.</summary>
public enum InboundOutcome
{
    /// <summary>Everybody has it who is to have it.</summary>
    Done,

    /// <summary>It was sent again, to be seen after a while.</summary>
    Waits,

    /// <summary>It had been set aside, and everybody has it now.</summary>
    DoneAfterAll,

    /// <summary>Accepted, and not filed: somebody should look why. It is kept, and tried again every few hours.</summary>
    SetAside,
}

/// <param name="Transaction">Null for a message that cannot be read.</param>
public readonly record struct InboundResult(InboundOutcome Outcome, string? Transaction)
{
    /// <summary>A fault of ours that the try came to: it is to be logged, and the message is kept.</summary>
    public Exception? Fault { get; init; }

    /// <summary>The message's W3C trace id, by which everything that was logged of it is found.</summary>
    public string Trace => Transaction is null ? "none: it cannot be read" : $"00000{Transaction}";
}
