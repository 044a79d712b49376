namespace Cloud.Store.Search;

/// <summary>What SORT compares (RFC 5256 §3, RFC 5957 §3).</summary>
public enum SortField
{
    Arrival,
    Cc,
    Date,
    From,
    Size,
    Subject,
    To,

    /// <summary>The name of the first From, or its address where it has none.</summary>
    DisplayFrom,
    DisplayTo,

    /// <summary>How well a fuzzy search is matched, the best first (RFC 6203 §6).</summary>
    Relevancy,
}

public readonly record struct SortCriterion(SortField Field, bool Reverse = false);
