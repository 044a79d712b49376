using Cloud.Listener.Imap.Search;
using Cloud.Listener.Imap.Selected;
using Cloud.Listener.Imap.Wire;
using Cloud.Store.Messages;

namespace Cloud.Listener.Imap.Commands;

/// <summary>SEARCH and UID SEARCH. RFC 9051 §6.4.4; without RETURN it answers as RFC 3501 §7.2.5 says.</summary>
sealed record Search(SearchQuery Query, bool Uids) : IImapCommand
{
    public static IImapCommand Parse(ref ImapReader args) => new Search(SearchQuery.Parse(ref args), Uids: false);

    public static IImapCommand ParseUid(ref ImapReader args) => new Search(SearchQuery.Parse(ref args), Uids: true);

    public bool SpeaksNumbers => Query.SpeaksNumbers; // RFC 7162 §3.2.10.2

    public async ValueTask<Reply> RunAsync(ImapSession session, CancellationToken cancel)
    {
        Query.CheckIn(session);
        var selected = session.Selected!;
        var key = Query.KeyIn(session);
        var kept = Query.KeptKeyIn(session, selected.Saved);
        if (Query.Return.Has(SearchReturns.Save))
            selected.Saved = UidSet.Empty; // Until it has succeeded: RFC 5182 §2.1.
        if (!Query.IsUnderstood)
            return Reply.BadCharset;
        if (Query.AsksModSeq)
            session.UseModSeqs();
        var matching = await StoreSearch.FindAsync(session, selected.Source, key, cancel);
        if (!matching.IsOk)
            return Reply.From(matching.Refusal, matching.Reason);
        Scores? scores = null;
        if (Query.Return.Has(SearchReturns.Relevancy))
        {
            var scored = await StoreSearch.ScoreAsync(session, selected.Source, key, matching.Value, cancel);
            if (!scored.IsOk)
                return Reply.From(scored.Refusal, scored.Reason);
            scores = scored.Value;
        }

        var found = selected.View.FindUids(matching.Value.Ranges);
        if (Query.Return.Has(SearchReturns.Save))
            selected.Saved = Query.Return.About(found).ToExactUids(selected.View);
        await AnswerAsync(session, selected.View, found, scores);
        if (kept is not null)
            selected.Contexts.Add(new(session.Tag, Uids, kept, [], Query.Return.NewItems) { Results = matching.Value });
        return Reply.Ok("Searched");
    }

    async ValueTask AnswerAsync(ImapSession session, SequenceView view, IndexRanges found, Scores? scores)
    {
        if (Query.Return.IsSilent)
            return;
        if (Query.Return.Items != SearchReturns.None || session.Dialect.Revision2)
        {
            new SearchResponse(session, Query, view, Uids) { Scores = scores }.Write(found);
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
