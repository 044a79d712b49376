using Cloud.Store;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;
using Cloud.Store.Search;
using Cloud.Store.Threading;

namespace Cloud.Api.Gateway;

/// <param name="Mailbox">As it stood before \Recent was claimed: UIDs from its FirstRecent on are this session's.</param>
/// <param name="Revision">The account's; pass it to the next sync or watch.</param>
/// <param name="Entries">Sorted by UID.</param>
public sealed record MailboxView(Mailbox Mailbox, ulong Revision, EntryPages Entries);

/// <param name="Mailbox">As it stands at <paramref name="Revision"/> (FirstRecent: before the claim).</param>
/// <param name="Changed">New and changed entries, sorted by UID.</param>
/// <param name="Vanished">UIDs removed since.</param>
public sealed record MailboxChanges(
    Mailbox Mailbox,
    ulong Revision,
    IReadOnlyList<MessageEntry> Changed,
    UidSet Vanished
);

public enum FlagAction
{
    Add,
    Remove,
    Replace,
}

/// <param name="UnchangedSince">Only entries whose MODSEQ is at most this (RFC 7162 §3.1.3); null for all.</param>
public sealed record StoreFlagsRequest(
    Access Account,
    MailboxId Mailbox,
    UidSet Uids,
    FlagAction Action,
    MessageFlags Flags,
    IReadOnlyList<string> Keywords,
    ulong? UnchangedSince
);

/// <param name="Mailbox">With its keyword table, which may have grown.</param>
/// <param name="Entries">Those that differ now, with their new state; sorted by UID.</param>
/// <param name="Modified">Those left alone because of UnchangedSince.</param>
public sealed record StoreFlagsResult(
    ulong Revision,
    Mailbox Mailbox,
    IReadOnlyList<MessageEntry> Entries,
    UidSet Modified
);

/// <param name="Mailbox">0 for the server.</param>
/// <param name="Names">1 to <see cref="MaxNames"/>, in lower case.</param>
/// <param name="Depth">Levels below them: 0, 1, or <see cref="int.MaxValue"/> for all.</param>
/// <param name="MaxSize">Octets of the values to be told; null for all.</param>
/// <param name="ChangedSince">Null for what there is; else, without values, what was set or removed after this revision.</param>
public sealed record MetadataRequest(
    AccountId Account,
    MailboxId Mailbox,
    IReadOnlyList<string> Names,
    int Depth,
    long? MaxSize,
    ulong? ChangedSince
)
{
    /// <summary>More than a mailbox has.</summary>
    public const int MaxNames = 100;
}

/// <param name="Revision">The account's.</param>
/// <param name="Longest">Octets of the longest value that was left out; 0 when none was.</param>
public sealed record MetadataAnswer(ulong Revision, IReadOnlyList<MetadataEntry> Entries, long Longest);

/// <param name="Mailbox">0 for the server.</param>
/// <param name="Entries">1 to <see cref="MetadataRequest.MaxNames"/>, in lower case; those without a value go.</param>
public sealed record SetMetadataRequest(AccountId Account, MailboxId Mailbox, IReadOnlyList<MetadataEntry> Entries);

/// <param name="Revision">The account's, after it; 0 where nothing was changed: what others did is not to be passed over.</param>
public sealed record MetadataChange(ulong Revision);

public sealed record CopyRequest(Access Account, MailboxId Source, UidSet Uids, MailboxId Target)
{
    /// <summary>The account that the target is in; null for the source's.</summary>
    public Access? To { get; init; }

    /// <summary>Messages that go from account to account in one request: each is a blob and a transaction.</summary>
    public const int MostBetweenAccounts = 1000;
}

/// <param name="Revision">The source's account's; 0 where nothing was changed there: what others did is not to be passed over.</param>
/// <param name="Uids">COPYUID's pairs (RFC 4315): source UID and the copy's, rising.</param>
public sealed record CopyResult(ulong Revision, uint UidValidity, IReadOnlyList<(uint Source, uint Target)> Uids);

public sealed record ExpungeResult(ulong Revision, UidSet Uids);

/// <param name="Entries">Only among these UIDs: the session's view, so that nothing is found that it has not seen.</param>
public sealed record SearchRequest(Access Account, MailboxId Mailbox, UidSet Entries, SearchKey Key);

/// <param name="Criteria">1 to <see cref="MaxCriteria"/>.</param>
public sealed record SortRequest(SearchRequest Search, IReadOnlyList<SortCriterion> Criteria)
{
    /// <summary>There are ten to sort by; clients name two or three.</summary>
    public const int MaxCriteria = 20;
}

public sealed record ThreadRequest(SearchRequest Search, ThreadAlgorithm Algorithm);

/// <param name="Uids">In the order asked for.</param>
public sealed record SortResult(IReadOnlyList<uint> Uids)
{
    /// <summary>How well each matches, 1 to 100; only where that was sorted by.</summary>
    public IReadOnlyList<int> Scores { get; init; } = [];
}

/// <param name="Threads">In the algorithm's order.</param>
public sealed record ThreadResult(IReadOnlyList<ThreadNode> Threads);
