using Cloud.Listener.Imap.Fetch;
using Cloud.Listener.Imap.Wire;

namespace Cloud.Listener.Imap.Commands;

/// <summary>FETCH and UID FETCH. RFC 9051 §6.4.5, RFC 3516, RFC 7162 §3.1.4, §3.2.6, RFC 9394 §3.3.</summary>
sealed record Fetch(SequenceSet Set, bool Uids, FetchItems Items, FetchModifiers Modifiers) : IImapCommand
{
    public static IImapCommand Parse(ref ImapReader args) => Parse(ref args, uids: false);

    public static IImapCommand ParseUid(ref ImapReader args) => Parse(ref args, uids: true);

    public async ValueTask<Reply> RunAsync(ImapSession session, CancellationToken cancel)
    {
        var selected = session.Selected!;
        if (Modifiers.Vanished && !session.Dialect.QResync)
            throw new SyntaxException("QRESYNC has to be enabled first"); // RFC 7162 §3.2.6
        if (Items.Has(FetchAttributes.ModSeq))
            session.UseModSeqs();
        // What is read becomes seen, also what somebody else has just made unseen again.
        if (Items.SetsSeen && !selected.ReadOnly && !await selected.SyncAsync(always: false, cancel))
            return Reply.MailboxGone;
        var named = selected.Find(Set, Uids);
        if (Modifiers.Partial is { } partial)
            named = partial.Of(named);
        if (Modifiers.ChangedSince is { } since)
        {
            if (Modifiers.Vanished)
                await selected.TellEarlierAsync(session.Writer, since, selected.UidsOf(Set), cancel);
            named = selected.View.ChangedSince(named, since);
        }
        selected.AnnounceKeywords(session.Writer);
        var response = new FetchResponse(session, selected, Uids && !session.Dialect.UidOnly ? Items.WithUid() : Items);
        if (!Items.NeedsEmail)
            await response.WriteFromViewAsync(named);
        else if (Items.NeedsOnlyEnvelope && named.Count >= ImapLimits.ManyEnvelopes)
        {
            if (!await response.WriteEnvelopesAsync(named, cancel))
                return Reply.MessagesGone;
        }
        else if (!await response.WriteAsync(named, cancel))
            return Reply.MessagesGone; // RFC 2180 §4.1.2
        return response.MetUnknownEncoding ? Reply.UnknownEncoding : Reply.Ok("Fetched");
    }

    static IImapCommand Parse(ref ImapReader args, bool uids)
    {
        args.ExpectSP();
        var set = args.ExpectSequenceSet();
        args.ExpectSP();
        var items = FetchItems.Parse(ref args);
        var modifiers = args.SP() ? FetchModifiers.Parse(ref args, uids) : FetchModifiers.None;
        args.ExpectEnd();
        if (modifiers.ChangedSince is not null)
            items = items with { Attributes = items.Attributes | FetchAttributes.ModSeq }; // RFC 7162 §3.1.4.1
        return new Fetch(set, uids, items, modifiers);
    }
}
