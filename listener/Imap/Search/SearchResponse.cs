using System.Text;
using Cloud.Listener.Imap.Selected;

namespace Cloud.Listener.Imap.Search;

/// <summary>ESEARCH (RFC 4731 §3.1, RFC 9394 §3.1).</summary>
static class SearchResponse
{
    public static void Write(ImapSession session, SearchQuery query, bool uids, IndexRanges found)
    {
        var (writer, view, asked) = (session.Writer, session.Selected!.View, query.Return);
        // RFC 9051 §6.4.4: who asks for nothing asks for all.
        var all = asked.Has(SearchReturns.All) || asked.Items == SearchReturns.None;
        writer.Put("* ESEARCH (TAG "u8);
        writer.String(Encoding.ASCII.GetBytes(session.Tag));
        writer.Put(uids ? ") UID"u8 : ")"u8);
        if (!found.IsEmpty && asked.Has(SearchReturns.Min))
            writer.Put($" MIN {Numbers(found.First())}");
        if (!found.IsEmpty && asked.Has(SearchReturns.Max))
            writer.Put($" MAX {Numbers(found.Last())}");
        if (asked.Has(SearchReturns.Count))
            writer.Put($" COUNT {found.Count}");
        if (!found.IsEmpty && all)
            writer.Put($" ALL {Numbers(found)}");
        if (asked.Partial is { } partial)
            writer.Put(
                $" PARTIAL ({partial} {(partial.Of(found) is { IsEmpty: false } some ? Numbers(some) : "NIL")})"
            );
        if (query.AsksModSeq && asked.About(found) is { IsEmpty: false } about)
            writer.Put($" MODSEQ {about.Indexes().Max(view.ModSeq)}"); // RFC 4731 §3.2
        writer.Crlf();

        // Only UIDs that are there: a range may span others between them (RFC 4731 §3.1).
        string Numbers(IndexRanges which) => uids ? which.ToExactUids(view).ToString() : which.ToNumbers();
    }
}
