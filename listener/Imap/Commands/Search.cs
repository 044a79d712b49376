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
        if (Query.Charset is not null && session.Dialect.Utf8Accept)
            throw new SyntaxException("The charset is UTF-8 already"); // RFC 6855 §3
        var selected = session.Selected!;
        var key = SessionKeys.Resolve(Query.Key, selected, session.Services.Time.GetUtcNow());
        if (Query.Return.Has(SearchReturns.Save))
            selected.Saved = UidSet.Empty; // Until it has succeeded: RFC 5182 §2.1.
        if (!Query.IsUnderstood)
            return Reply.BadCharset;
        if (Query.AsksModSeq)
            session.UseModSeqs();
        if (ViewSearch.TryRun(key, selected) is not { } found)
        {
            var asked = await StoreSearch.RunAsync(session, selected, key, cancel);
            if (!asked.IsOk)
                return Reply.From(asked.Refusal, asked.Reason);
            found = selected.View.FindUids(asked.Value.Ranges);
        }

        if (Query.Return.Has(SearchReturns.Save))
            selected.Saved = Query.Return.About(found).ToExactUids(selected.View);
        await AnswerAsync(session, selected.View, found);
        return Reply.Ok("Searched");
    }

    async ValueTask AnswerAsync(ImapSession session, SequenceView view, IndexRanges found)
    {
        if (Query.Return.Items == SearchReturns.Save)
            return; // RFC 5182 §2.1
        if (Query.Return.Items != SearchReturns.None || session.Dialect.Revision2)
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
