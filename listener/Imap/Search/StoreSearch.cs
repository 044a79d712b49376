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
        SearchKey key,
        CancellationToken cancel
    )
    {
        var selected = session.Selected!;
        return ViewSearch.TryRun(key, selected) is { } found
            ? found.ToExactUids(selected.View)
            : await RunAsync(session, selected, key, cancel);
    }

    /// <summary>Asks the store, for so many messages at a time, and tells how far it is (RFC 9585).</summary>
    public static async ValueTask<Result<UidSet>> RunAsync(
        ImapSession session,
        SelectedMailbox selected,
        SearchKey key,
        CancellationToken cancel
    )
    {
        var view = selected.View;
        var progress = new Progress(session, view.Count);
        var found = new List<(uint, uint)>();
        for (var from = 0; from < view.Count; from += ImapLimits.SearchBatch)
        {
            var known = UidSet.Of([
                (view.Uid(from), view.Uid(Math.Min(from + ImapLimits.SearchBatch, view.Count) - 1)),
            ]);
            var request = new SearchRequest(selected.Account, selected.Id, known, SessionKeys.Narrow(key, known));
            var result = await session.Gateway.SearchAsync(request, cancel);
            if (!result.IsOk)
                return result;
            found.AddRange(result.Value.Ranges);
            await progress.TellAsync(from + ImapLimits.SearchBatch);
        }
        return UidSet.Of(found);
    }
}
