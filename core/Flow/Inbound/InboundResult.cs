using Cloud.Store.Ports;

namespace Cloud.Flow.Inbound;

/// <summary>What became of a message of a queue.</summary>
public enum InboundOutcome
{
    /// <summary>Everybody has it who is to have it.</summary>
    Done,

    /// <summary>The accounts that it still was for are gone: it goes to nobody any more.</summary>
    NobodyLeft,

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

    /// <summary>For an account its bytes were gone, though nobody had deleted them: a message is lost.</summary>
    public bool IsLost { get; init; }

    /// <summary>
    /// What the store said, on one line of at most <see cref="ReasonLength"/> characters: for the first try that it
    /// failed and for the last, so that a message which waits is told of once. Null otherwise.
    /// </summary>
    public string? Reason { get; init; }

    /// <summary>Why it is where it is, for the log.</summary>
    public string Why =>
        Reason ?? (Fault is null ? "it cannot be read, or no try of it came to an end" : "a fault of ours");

    /// <summary>Characters of <see cref="Reason"/>; the store's own texts have some 200.</summary>
    public const int ReasonLength = 500;

    /// <summary>What is to be told of a fault of the store. Its texts hold no secret and nothing of a message.</summary>
    internal static string? ReasonOf(StoreException? fault)
    {
        if (fault is null)
            return null;
        var text = fault.InnerException is StoreException cause ? $"{fault.Message}: {cause.Message}" : fault.Message;
        return string.Concat(text.Take(ReasonLength).Select(c => char.IsControl(c) ? ' ' : c));
    }

    /// <summary>The message's W3C trace id, by which everything that was logged of it is found.</summary>
    public string Trace => Transaction is null ? "none: it cannot be read" : $"00000{Transaction}";
}
