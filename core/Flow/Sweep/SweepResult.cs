namespace Cloud.Flow.Sweep;

/// <summary>What one run did.</summary>
public sealed record SweepResult
{
    /// <summary>Whether nothing is left to do until the next pass is due; else the next run goes on.</summary>
    public bool IsComplete { get; set; }

    /// <summary>Accounts looked at.</summary>
    public int Accounts { get; set; }

    /// <summary>Deleted users whose time to come back was over, and that are gone with all their mail.</summary>
    public int Users { get; set; }

    /// <summary>Rows of the change log that were older than its retention, and are gone.</summary>
    public int LogRows { get; set; }

    /// <summary>Rows of threads that were older than their retention, and are gone.</summary>
    public int ThreadRows { get; set; }

    /// <summary>Rows of those whom nobody has written to for long, and that are gone.</summary>
    public int CorrespondentRows { get; set; }

    /// <summary>What was remembered of strangers, senders' rates, refused mail and others' policies, and counts no more.</summary>
    public int DoorRows { get; set; }

    /// <summary>Messages of the outbox that were done with long ago, and are gone.</summary>
    public int Submissions { get; set; }

    /// <summary>What waited in the outbox and was overdue, and is on the queue again: with one, look why.</summary>
    public int Requeued { get; set; }

    /// <summary>Listeners that did not watch for a day, and have no queue any more.</summary>
    public int Listeners { get; set; }

    /// <summary>Blobs that nothing named, and that are gone.</summary>
    public int Blobs { get; set; }

    /// <summary>Blobs that no mailbox names and that were left, for the reason in <see cref="Hold"/>.</summary>
    public int Held { get; set; }

    public SweepHold Hold { get; set; }
}

/// <summary>Why a blob that no mailbox names is left where it is.</summary>
public enum SweepHold
{
    None,

    /// <summary>Messages wait on the inbound queue, and may name it: the next pass looks again.</summary>
    InboundWaits,

    /// <summary>What was set aside cannot all be read, or is more than is read at a time; it may name it.</summary>
    AsideUnread,

    /// <summary>The rows and the blobs do not belong together: a wrong endpoint or a half-restored backup.</summary>
    WrongStore,
}
