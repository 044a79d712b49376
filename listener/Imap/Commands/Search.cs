using Cloud.Api.Gateway;
using Cloud.Listener.Imap.Search;
using Cloud.Listener.Imap.Selected;
using Cloud.Listener.Imap.Wire;
using Cloud.Store.Messages;

namespace Cloud.Listener.Imap.Commands;

/// <summary>SEARCH and UID SEARCH. RFC 9051 §6.4.4; without RETURN it answers as RFC 3501 §7.2.5 says.</summary>
/// <param name="Query">Null for a charset that is not known here.</param>
sealed record Search(SearchQuery? Query, bool Uids) : IImapCommand
{
    public static IImapCommand Parse(ref ImapReader args) => new Search(SearchQuery.Parse(ref args), Uids: false);

    public static IImapCommand ParseUid(ref ImapReader args) => new Search(SearchQuery.Parse(ref args), Uids: true);

    public async ValueTask<Reply> RunAsync(ImapSession session, CancellationToken cancel)
    {
        if (Query is null)
            return Reply.BadCharset;
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
        if (Query!.Returns != SearchReturns.None)
        {
            WriteExtended(session, view, found);
            return;
        }
        session.Writer.Put("* SEARCH"u8);
        foreach (var index in found.Indexes())
        {
            session.Writer.Put(" "u8);
            session.Writer.Put(Number(view, index));
            await session.Writer.FlushIfFullAsync();
        }
        session.Writer.Crlf();
    }

    /// <summary>ESEARCH (RFC 4731 §3.1).</summary>
    void WriteExtended(ImapSession session, SequenceView view, IndexRanges found)
    {
        var (writer, returns) = (session.Writer, Query!.Returns);
        writer.Put("* ESEARCH (TAG "u8);
        writer.String(System.Text.Encoding.ASCII.GetBytes(session.Tag));
        writer.Put(Uids ? ") UID"u8 : ")"u8);
        if (!found.IsEmpty && returns.HasFlag(SearchReturns.Min))
        {
            writer.Put(" MIN "u8);
            writer.Put(Number(view, found.Ranges[0].First));
        }
        if (!found.IsEmpty && returns.HasFlag(SearchReturns.Max))
        {
            writer.Put(" MAX "u8);
            writer.Put(Number(view, found.Ranges[^1].Last));
        }
        if (returns.HasFlag(SearchReturns.Count))
        {
            writer.Put(" COUNT "u8);
            writer.Put(found.Ranges.Sum(range => range.Last - range.First + 1));
        }
        if (!found.IsEmpty && returns.HasFlag(SearchReturns.All))
        {
            writer.Put(" ALL "u8);
            writer.Put(Uids ? ToSet(view, found) : string.Join(',', found.Ranges.Select(Numbers)));
        }
        writer.Crlf();
    }

    uint Number(SequenceView view, int index) => Uids ? view.Uid(index) : (uint)index + 1;

    static string Numbers((int First, int Last) range) =>
        range.First == range.Last ? $"{range.First + 1}" : $"{range.First + 1}:{range.Last + 1}";

    /// <summary>Only UIDs that are there: a range may span others between them (RFC 4731 §3.1).</summary>
    static string ToSet(SequenceView view, IndexRanges found) => UidSet.Of(found.Indexes().Select(view.Uid)).ToString();
}
