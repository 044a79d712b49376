using System.Globalization;
using System.Text;
using Cloud.Listener.Imap.Selected;

namespace Cloud.Listener.Imap.Search;

/// <summary>What SORT answers: SORT (RFC 5256 §4), or ESEARCH with the numbers in their order (RFC 5267 §3).</summary>
static class SortResponse
{
    /// <param name="sorted">UIDs that the session's view has.</param>
    public static async ValueTask WriteAllAsync(ImapSession session, SearchQuery query, bool uids, List<uint> sorted)
    {
        var (writer, view) = (session.Writer, session.Selected!.View);
        writer.Put("* SORT"u8);
        foreach (var uid in sorted)
        {
            writer.Put(" "u8);
            writer.Put(Number(view, uid, uids));
            await writer.FlushIfFullAsync();
        }
        if (query.AsksModSeq && sorted.Count > 0)
            writer.Put($" (MODSEQ {ModSeq(view, sorted)})"); // RFC 7162 §3.1.6
        writer.Crlf();
    }

    public static void WriteExtended(
        ImapSession session,
        SearchQuery query,
        bool uids,
        List<uint> sorted,
        Scores scores
    )
    {
        var (writer, view, asked) = (session.Writer, session.Selected!.View, query.Return);
        writer.BeginSearch(session.Tag);
        if (uids)
            writer.Put(" UID"u8);
        if (sorted.Count > 0 && asked.Has(SearchReturns.Min))
            writer.Put($" MIN {Number(view, sorted[0], uids)}");
        if (sorted.Count > 0 && asked.Has(SearchReturns.Max))
            writer.Put($" MAX {Number(view, sorted[^1], uids)}");
        if (asked.Has(SearchReturns.Count))
            writer.Put($" COUNT {sorted.Count}");
        if (sorted.Count > 0 && asked.Has(SearchReturns.All))
            writer.Put($" ALL {Set(view, sorted, uids)}");
        if (asked.Partial is { } partial)
            writer.Put(
                $" PARTIAL ({partial} {(partial.Of(sorted) is { Count: > 0 } some ? Set(view, some, uids) : "NIL")})"
            );
        if (query.AsksModSeq && About(asked, sorted) is { Count: > 0 } about)
            writer.Put($" MODSEQ {ModSeq(view, about)}"); // RFC 4731 §3.2
        if (asked.Has(SearchReturns.Relevancy))
            writer.Put($" RELEVANCY {scores.Of(About(asked, sorted))}"); // RFC 6203 §6
        writer.Crlf();
    }

    /// <summary>The messages that the answer is about, which are those that it saves (RFC 5182 §2.4).</summary>
    public static IReadOnlyList<uint> About(SearchReturn asked, List<uint> sorted)
    {
        var some = SearchReturns.Min | SearchReturns.Max | SearchReturns.Partial;
        if (
            sorted.Count == 0
            || asked.Has(SearchReturns.All)
            || asked.Has(SearchReturns.Count)
            || (asked.Items & some) == SearchReturns.None
        )
            return sorted;
        var about = new List<uint>();
        if (asked.Has(SearchReturns.Min))
            about.Add(sorted[0]);
        if (asked.Has(SearchReturns.Max))
            about.Add(sorted[^1]);
        if (asked.Partial is { } partial)
            about.AddRange(partial.Of(sorted));
        return about;
    }

    /// <summary>In their order; a range only where it rises by one (RFC 5267 §3.2).</summary>
    static string Set(SequenceView view, IReadOnlyList<uint> sorted, bool uids)
    {
        var text = new StringBuilder();
        for (var i = 0; i < sorted.Count; )
        {
            var first = Number(view, sorted[i], uids);
            var last = first;
            for (i++; i < sorted.Count && Number(view, sorted[i], uids) == last + 1; i++)
                last++;
            text.Append(CultureInfo.InvariantCulture, $"{(text.Length > 0 ? "," : "")}{first}");
            if (last != first)
                text.Append(CultureInfo.InvariantCulture, $":{last}");
        }
        return text.ToString();
    }

    static ulong ModSeq(SequenceView view, IReadOnlyList<uint> sorted) =>
        sorted.Max(uid => view.ModSeq(view.IndexOf(uid)));

    static uint Number(SequenceView view, uint uid, bool uids) => uids ? uid : (uint)view.IndexOf(uid) + 1;
}
