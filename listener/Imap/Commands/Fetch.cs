using Cloud.Listener.Imap.Fetch;
using Cloud.Listener.Imap.Wire;

namespace Cloud.Listener.Imap.Commands;

/// <summary>FETCH and UID FETCH. RFC 9051 §6.4.5.</summary>
sealed record Fetch(SequenceSet Set, bool Uids, FetchItems Items) : IImapCommand
{
    public static IImapCommand Parse(ref ImapReader args) => Parse(ref args, uids: false);

    public static IImapCommand ParseUid(ref ImapReader args) => Parse(ref args, uids: true);

    public async ValueTask<Reply> RunAsync(ImapSession session, CancellationToken cancel)
    {
        var selected = session.Selected!;
        var named = selected.Find(Set, Uids);
        selected.AnnounceKeywords(session.Writer);
        var response = new FetchResponse(session, selected, Items);
        if (!Items.NeedsEmail)
            await response.WriteFromViewAsync(named);
        else if (Items.NeedsOnlyEnvelope && named.Count >= ImapLimits.ManyEnvelopes)
        {
            if (!await response.WriteEnvelopesAsync(named, cancel))
                return Reply.MessagesGone;
        }
        else if (!await response.WriteAsync(named, cancel))
            return Reply.MessagesGone; // RFC 2180 §4.1.2
        return Reply.Ok("Fetched");
    }

    static IImapCommand Parse(ref ImapReader args, bool uids)
    {
        args.ExpectSP();
        var set = args.ExpectSequenceSet();
        args.ExpectSP();
        var items = FetchItems.Parse(ref args);
        args.ExpectEnd();
        if (uids)
            items = items with { Attributes = items.Attributes | FetchAttributes.Uid }; // RFC 9051 §6.4.9
        return new Fetch(set, uids, items);
    }
}
