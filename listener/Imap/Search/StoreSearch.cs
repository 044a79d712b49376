using Cloud.Api.Gateway;
using Cloud.Listener.Imap.Selected;
using Cloud.Store.Messages;
using Cloud.Store.Search;

namespace Cloud.Listener.Imap.Search;

/// <summary>Answers searches that ask for what the session does not know.</summary>
static class StoreSearch
{
    /// <summary>The messages that match, whoever knows it.</summary>
    public static async ValueTask<Result<UidSet>> FindAsync(
        ImapSession session,
        SearchSource source,
        SearchKey key,
        CancellationToken cancel
    ) =>
        ViewSearch.TryRun(key, source) is { } found
            ? found.ToExactUids(source.View)
            : await RunAsync(session, source, key, source.View.All, new Progress(session, source.View.Count), cancel);

    /// <summary>Those of some messages that match. Nobody waits for it: how far it is is not told.</summary>
    public static async ValueTask<Result<UidSet>> AmongAsync(
        ImapSession session,
        SearchSource source,
        SearchKey key,
        UidSet among,
        CancellationToken cancel
    )
    {
        var named = source.View.FindUids(among.Ranges);
        return ViewSearch.TryRun(key, source, named) is { } found
            ? found.ToExactUids(source.View)
            : await RunAsync(session, source, key, named, progress: null, cancel);
    }

    /// <summary>Asks the store, for so many messages at a time, and tells how far it is (RFC 9585).</summary>
    static async ValueTask<Result<UidSet>> RunAsync(
        ImapSession session,
        SearchSource source,
        SearchKey key,
        IndexRanges among,
        Progress? progress,
        CancellationToken cancel
    )
    {
        var (view, count) = (source.View, among.Count);
        var found = new List<(uint, uint)>();
        for (var from = 0; from < count; from += ImapLimits.SearchBatch)
        {
            var known = among.Slice(from, ImapLimits.SearchBatch).ToUids(view);
            var result = await AskAsync(session, source, key, known, cancel);
            if (!result.IsOk)
                return result;
            found.AddRange(result.Value.Ranges);
            if (progress is not null)
                await progress.TellAsync(from + ImapLimits.SearchBatch);
        }
        // Of what has come meanwhile the session does not know yet.
        return view.FindUids(found).ToExactUids(view);
    }

    static ValueTask<Result<UidSet>> AskAsync(
        ImapSession session,
        SearchSource source,
        SearchKey key,
        UidSet among,
        CancellationToken cancel
    ) => session.Gateway.SearchAsync(new(source.Account, source.Id, among, SessionKeys.Narrow(key, among)), cancel);

    /// <summary>Messages that match, in order.</summary>
    /// <param name="key">What they match: how well is asked where that is sorted by.</param>
    public static ValueTask<Result<SortResult>> SortAsync(
        ImapSession session,
        SearchSource source,
        SearchKey key,
        UidSet matching,
        IReadOnlyList<SortCriterion> criteria,
        CancellationToken cancel
    )
    {
        var scored = criteria.Any(one => one.Field == SortField.Relevancy);
        var asked = scored ? SessionKeys.Narrow(key, matching) : new SearchKey.All();
        return session.Gateway.SortAsync(new(new(source.Account, source.Id, matching, asked), criteria), cancel);
    }

    /// <summary>How well each of the messages matches (RFC 6203 §4).</summary>
    public static async ValueTask<Result<Scores>> ScoreAsync(
        ImapSession session,
        SearchSource source,
        SearchKey key,
        UidSet matching,
        CancellationToken cancel
    )
    {
        var sorted = await SortAsync(session, source, key, matching, Scores.ByRelevancy, cancel);
        return sorted.IsOk ? new Scores(sorted.Value) : new Result(sorted.Refusal, sorted.Reason);
    }
}
