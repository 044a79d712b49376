using System.Text;
using Cloud.Listener.Imap.Selected;
using Cloud.Listener.Imap.Wire;
using Cloud.Store.Mailboxes;

namespace Cloud.Listener.Imap.Search;

/// <summary>ESEARCH (RFC 4731 §3.1, RFC 9394 §3.1).</summary>
/// <param name="uids">Messages go by UID.</param>
sealed class SearchResponse(ImapSession session, SearchQuery query, SequenceView view, bool uids)
{
    /// <summary>How well each message matches; null where nobody asked.</summary>
    public Scores? Scores { get; init; }

    /// <summary>Whose messages they are, where it has to be said (RFC 7377 §2.1).</summary>
    public Mailbox? Mailbox { get; init; }

    public void Write(IndexRanges found)
    {
        var (writer, asked) = (session.Writer, query.Return);
        Begin();
        if (!found.IsEmpty && asked.Has(SearchReturns.Min))
            writer.Put($" MIN {Numbers(found.First())}");
        if (!found.IsEmpty && asked.Has(SearchReturns.Max))
            writer.Put($" MAX {Numbers(found.Last())}");
        if (asked.Has(SearchReturns.Count))
            writer.Put($" COUNT {found.Count}");
        // RFC 9051 §6.4.4: who asks for nothing asks for all.
        if (!found.IsEmpty && (asked.Has(SearchReturns.All) || asked.Items == SearchReturns.None))
            writer.Put($" ALL {Numbers(found)}");
        if (asked.Partial is { } partial)
            writer.Put(
                $" PARTIAL ({partial} {(partial.Of(found) is { IsEmpty: false } some ? Numbers(some) : "NIL")})"
            );
        if (query.AsksModSeq && asked.About(found) is { IsEmpty: false } about)
            writer.Put($" MODSEQ {about.Indexes().Max(view.ModSeq)}"); // RFC 4731 §3.2
        if (Scores is not null)
            writer.Put($" RELEVANCY {Scores.Of(asked.About(found).Indexes().Select(view.Uid))}"); // RFC 6203 §4
        writer.Crlf();
    }

    void Begin()
    {
        session.Writer.BeginSearch(session.Tag, Mailbox);
        if (uids)
            session.Writer.Put(" UID"u8);
    }

    // Only UIDs that are there: a range may span others between them (RFC 4731 §3.1).
    string Numbers(IndexRanges which) => uids ? which.ToExactUids(view).ToString() : which.ToNumbers();
}

static class SearchCorrelator
{
    /// <summary><c>* ESEARCH (TAG "a1")</c>, with the mailbox where it is not plain which (RFC 7377 §2.1).</summary>
    public static void BeginSearch(this ImapWriter writer, string tag, Mailbox? mailbox = null)
    {
        writer.Put("* ESEARCH (TAG "u8);
        writer.String(Encoding.ASCII.GetBytes(tag));
        if (mailbox is not null)
        {
            writer.Put(" MAILBOX "u8);
            writer.Mailbox(mailbox.Name);
            writer.Put($" UIDVALIDITY {mailbox.UidValidity}");
        }
        writer.Put(")"u8);
    }
}
