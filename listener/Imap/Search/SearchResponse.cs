using System.Text;
using Cloud.Listener.Imap.Selected;

namespace Cloud.Listener.Imap.Search;

/// <summary>ESEARCH (RFC 4731 §3.1).</summary>
static class SearchResponse
{
    public static void Write(ImapSession session, SearchQuery query, bool uids, IndexRanges found)
    {
        var (writer, view) = (session.Writer, session.Selected!.View);
        // RFC 9051 §6.4.4: who asks for nothing asks for all.
        var returns = query.Returns == SearchReturns.None ? SearchReturns.All : query.Returns;
        writer.Put("* ESEARCH (TAG "u8);
        writer.String(Encoding.ASCII.GetBytes(session.Tag));
        writer.Put(uids ? ") UID"u8 : ")"u8);
        if (!found.IsEmpty && returns.HasFlag(SearchReturns.Min))
            writer.Put($" MIN {Numbers(found.First())}");
        if (!found.IsEmpty && returns.HasFlag(SearchReturns.Max))
            writer.Put($" MAX {Numbers(found.Last())}");
        if (returns.HasFlag(SearchReturns.Count))
            writer.Put($" COUNT {found.Count}");
        if (!found.IsEmpty && returns.HasFlag(SearchReturns.All))
            writer.Put($" ALL {Numbers(found)}");
        if (!found.IsEmpty && query.AsksModSeq)
            writer.Put($" MODSEQ {Told(returns, found).Indexes().Max(view.ModSeq)}");
        writer.Crlf();

        // Only UIDs that are there: a range may span others between them (RFC 4731 §3.1).
        string Numbers(IndexRanges which) => uids ? which.ToExactUids(view).ToString() : which.ToNumbers();
    }

    /// <summary>The messages that the answer is about: where it is the least and the greatest, those alone (RFC 4731 §3.2).</summary>
    static IndexRanges Told(SearchReturns returns, IndexRanges found)
    {
        if ((returns & (SearchReturns.All | SearchReturns.Count)) != SearchReturns.None)
            return found;
        var told = new List<(int, int)>();
        if (returns.HasFlag(SearchReturns.Min))
            told.AddRange(found.First().Ranges);
        if (returns.HasFlag(SearchReturns.Max))
            told.AddRange(found.Last().Ranges);
        return IndexRanges.Of(told);
    }
}
