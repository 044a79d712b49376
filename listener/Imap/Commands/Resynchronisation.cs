using Cloud.Listener.Imap.Selected;
using Cloud.Listener.Imap.Wire;
using Cloud.Store.Messages;

namespace Cloud.Listener.Imap.Commands;

/// <summary>Tells a client that was away what has happened since (RFC 7162 §3.2.5.1).</summary>
static class Resynchronisation
{
    public static async ValueTask RunAsync(ImapSession session, KnownState known, CancellationToken cancel)
    {
        var (selected, view) = (session.Selected!, session.Selected!.View);
        var uidNext = selected.Mailbox.UidNext;
        // All that it knows is of another mailbox; or there has never been a message.
        if (known.UidValidity != selected.Mailbox.UidValidity || uidNext == 1)
            return;
        await selected.TellEarlierAsync(session.Writer, known.ModSeq, known.Unsure(view, uidNext), cancel);
        var uids = known.Uids?.ToUids(uidNext - 1) ?? UidSet.All;
        foreach (var index in view.ChangedSince(view.FindUids(uids.Ranges), known.ModSeq).Indexes())
        {
            selected.FlagsOf(session.Writer, index, withUid: true);
            await session.Writer.FlushIfFullAsync();
        }
    }
}
