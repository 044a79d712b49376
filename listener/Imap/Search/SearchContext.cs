using Cloud.Listener.Imap.Fetch;
using Cloud.Store.Messages;
using Cloud.Store.Search;

namespace Cloud.Listener.Imap.Search;

/// <summary>A search whose results the client is kept informed of (RFC 5267 §4.3).</summary>
/// <param name="Tag">Of the command that asked for it.</param>
/// <param name="Uids">Messages go by UID.</param>
/// <param name="Key">As the session's numbers stood when it was asked.</param>
/// <param name="Criteria">What the results are sorted by; none for the mailbox's own order.</param>
/// <param name="NewItems">What is told of messages that come and match; null for nothing.</param>
sealed record SearchContext(
    string Tag,
    bool Uids,
    SearchKey Key,
    IReadOnlyList<SortCriterion> Criteria,
    FetchItems? NewItems
)
{
    public bool IsSorted => Criteria.Count > 0;

    /// <summary>As the client knows them.</summary>
    public UidSet Results { get; set; } = UidSet.Empty;

    /// <summary>The same in order, where they are sorted.</summary>
    public List<uint> Sorted { get; set; } = [];
}
