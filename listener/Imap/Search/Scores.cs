using Cloud.Api.Gateway;
using Cloud.Store.Search;

namespace Cloud.Listener.Imap.Search;

/// <summary>How well messages match a fuzzy search, 1 to 100 (RFC 6203 §4).</summary>
sealed class Scores(SortResult sorted)
{
    public static readonly SortCriterion[] ByRelevancy = [new(SortField.Relevancy)];

    readonly Dictionary<uint, int> scores = sorted
        .Uids.Zip(sorted.Scores)
        .ToDictionary(pair => pair.First, pair => pair.Second);

    /// <summary><c>score-list</c>; a message that went away meanwhile keeps its place.</summary>
    public string Of(IEnumerable<uint> uids) =>
        $"({string.Join(' ', uids.Select(uid => scores.GetValueOrDefault(uid, 1)))})";
}
