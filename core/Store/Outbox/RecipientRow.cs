namespace Cloud.Store.Outbox;

/// <summary>How far a recipient is.</summary>
public enum RecipientState : byte
{
    /// <summary>For its time.</summary>
    Waiting,

    /// <summary>An attempt is under way, until its lease is over.</summary>
    Sending,

    /// <summary>For somebody who releases it.</summary>
    Held,

    /// <summary>It lies in a mailbox here.</summary>
    Delivered,

    /// <summary>The next server has it, and reports.</summary>
    Sent,

    /// <summary>The next server has it, and does not report.</summary>
    Relayed,

    Failed,
    Cancelled,
}

/// <summary>What a sender may be told.</summary>
[Flags]
public enum NoticeKinds : byte
{
    None = 0,
    Delayed = 1,
    Failed = 2,

    /// <summary>Delivered or relayed.</summary>
    Succeeded = 4,
}

/// <summary>A recipient of a message of the outbox.</summary>
/// <param name="Number">From 0, in the order of next hops.</param>
/// <param name="Address">As it goes into a path.</param>
sealed record RecipientRow(int Number, string Address, string NextHop)
{
    public string? Notify { get; init; }

    public string? OriginalRecipient { get; init; }

    public RecipientState State { get; init; }

    /// <summary>Attempts made; while <see cref="State"/> is Sending, with the one under way.</summary>
    public int Attempts { get; init; }

    /// <summary>
    /// Of a waiting one: not tried before. Of one whose sender is still to be told: when its task was last put on the queue.
    /// </summary>
    public DateTimeOffset Next { get; init; }

    /// <summary>Of one that is being sent: when somebody else may try.</summary>
    public DateTimeOffset? LeaseEnd { get; init; }

    /// <summary>Of one that is being sent: a random number by which the one who sends knows his own writing.</summary>
    public ulong Claim { get; init; }

    public DateTimeOffset? FirstAttempt { get; init; }

    /// <summary>When the last attempt came to an end.</summary>
    public DateTimeOffset? LastAttempt { get; init; }

    /// <summary>Enhanced status code of the last attempt.</summary>
    public string? Status { get; init; }

    /// <summary>What was said at the last attempt.</summary>
    public string? Reply { get; init; }

    /// <summary>The server of the last attempt.</summary>
    public string? Host { get; init; }

    /// <summary>Its IP address and port.</summary>
    public string? HostAddress { get; init; }

    /// <summary>How the last attempt was encrypted; null: in clear, or no connection.</summary>
    public string? Tls { get; init; }

    /// <summary>The last attempt's dialogue, with the first recipient of those that had it; null for the others.</summary>
    public string? Transcript { get; init; }

    /// <summary>An attempt went by the operator's own relay, whose words and name are the operator's alone.</summary>
    public bool BySmarthost { get; init; }

    /// <summary>A line for each host of each attempt, oldest first; null before the first.</summary>
    public string? History { get; init; }

    /// <summary>Attempts that came to no end, so that nobody knows whether they sent it.</summary>
    public int PossibleRepeats { get; init; }

    /// <summary>What the sender was told.</summary>
    public NoticeKinds Told { get; init; }

    /// <summary>What the sender is still to be told: then the recipient is open, whatever its state.</summary>
    public NoticeKinds Owed { get; init; }

    /// <summary>Names the notice that is owed, with all recipients that it is about: their rows have the same number.</summary>
    public ulong Notice { get; init; }

    /// <summary>When that notice was decided upon.</summary>
    public DateTimeOffset? NoticeAt { get; init; }

    /// <summary>Null before it is written.</summary>
    public string? ETag { get; init; }

    /// <summary>It is decided what becomes of it; the sender may have to be told.</summary>
    public bool IsFinal => State > RecipientState.Held;

    /// <summary>Nothing is to be done for it any more.</summary>
    public bool IsDone => IsFinal && Owed == NoticeKinds.None;
}
