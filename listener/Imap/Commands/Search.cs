using Cloud.Api.Gateway;
using Cloud.Listener.Imap.Search;
using Cloud.Listener.Imap.Selected;
using Cloud.Listener.Imap.Wire;

namespace Cloud.Listener.Imap.Commands;

/// <summary>SEARCH and UID SEARCH. RFC 9051 §6.4.4; without RETURN it answers as RFC 3501 §7.2.5 says.</summary>
/// <param name="Query">Null for a charset that is not known here.</param>
sealed record Search(SearchQuery? Query, bool Uids) : IImapCommand
{
    public static IImapCommand Parse(ref ImapReader args) => new Search(SearchQuery.Parse(ref args), Uids: false);

    public static IImapCommand ParseUid(ref ImapReader args) => new Search(SearchQuery.Parse(ref args), Uids: true);

    public bool SpeaksNumbers => Query is { SpeaksNumbers: true }; // RFC 7162 §3.2.10.2

    public async ValueTask<Reply> RunAsync(ImapSession session, CancellationToken cancel)
    {
        if (Query is null)
            return Reply.BadCharset;
        if (Query.NamesCharset && session.Dialect.Utf8Accept)
            throw new SyntaxException("The charset is UTF-8 already"); // RFC 6855 §3
        if (Query.AsksModSeq)
            session.UseModSeqs();
        var selected = session.Selected!;
        var key = SessionKeys.Resolve(Query.Key, selected);
        var found = ViewSearch.TryRun(key, selected);
        if (found is null)
        {
            var known = selected.View.All.ToUids(selected.View);
            var request = new SearchRequest(session.Account, selected.Id, known, key);
            var result = await session.Gateway.SearchAsync(request, cancel);
            if (!result.IsOk)
                return Reply.From(result.Refusal, result.Reason);
            found = selected.View.FindUids(result.Value.Ranges);
        }

        await AnswerAsync(session, selected.View, found.Value);
        return Reply.Ok("Searched");
    }

    async ValueTask AnswerAsync(ImapSession session, SequenceView view, IndexRanges found)
    {
        if (Query!.Returns != SearchReturns.None || session.Dialect.Revision2)
        {
            SearchResponse.Write(session, Query, Uids, found);
            return;
        }
        var (writer, modSeq) = (session.Writer, 0UL);
        writer.Put("* SEARCH"u8);
        foreach (var index in found.Indexes())
        {
            writer.Put(" "u8);
            writer.Put(Uids ? view.Uid(index) : (uint)index + 1);
            modSeq = Math.Max(modSeq, view.ModSeq(index));
            await writer.FlushIfFullAsync();
        }
        if (Query.AsksModSeq && !found.IsEmpty)
            writer.Put($" (MODSEQ {modSeq})"); // RFC 7162 §3.1.6
        writer.Crlf();
    }
}
