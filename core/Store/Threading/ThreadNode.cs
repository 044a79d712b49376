namespace Cloud.Store.Threading;

/// <summary>A message in a conversation, or what stands for one that is not there.</summary>
/// <remarks>A chain may be as long as the mailbox: walk it without recursion.</remarks>
public sealed class ThreadNode(uint uid)
{
    /// <summary>0 for a parent that was not found; only at the top.</summary>
    public uint Uid => uid;

    public List<ThreadNode> Children { get; } = [];
}

/// <summary>What threading looks at.</summary>
/// <param name="MessageId">Its <see cref="TextHash"/>; 0 where there is none.</param>
/// <param name="References">Of the References field or, where that has none, the first of In-Reply-To; oldest first.</param>
/// <param name="Subject">The hash of the base subject, as <see cref="Mail.SortKeys.Casemap"/> has it; 0 where it is empty.</param>
/// <param name="IsReply">The subject says that it is a reply or forward.</param>
/// <param name="Sent">Seconds since 1970 (RFC 5256 §2.2).</param>
/// <param name="Received">INTERNALDATE, seconds since 1970.</param>
public sealed record ThreadedMessage(
    uint Uid,
    ulong MessageId,
    IReadOnlyList<ulong> References,
    ulong Subject,
    bool IsReply,
    long Sent,
    long Received
);

/// <summary>How messages become conversations.</summary>
public enum ThreadAlgorithm
{
    /// <summary>By subject alone (RFC 5256 §3).</summary>
    OrderedSubject,

    /// <summary>By References, then by subject (RFC 5256 §3).</summary>
    References,

    /// <summary>By References alone; the conversation with the newest message last (draft-ietf-morg-inthread).</summary>
    Refs,
}
