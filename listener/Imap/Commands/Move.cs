using Cloud.Api.Gateway;
using Cloud.Listener.Imap.Wire;
using Cloud.Store.Messages;

namespace Cloud.Listener.Imap.Commands;

/// <summary>MOVE and UID MOVE. RFC 9051 §6.4.8 (RFC 6851).</summary>
sealed record Move(SequenceSet Set, bool Uids, string Target) : IImapCommand
{
    public static IImapCommand Parse(ref ImapReader args) => Parse(ref args, uids: false);

    public static IImapCommand ParseUid(ref ImapReader args) => Parse(ref args, uids: true);

    public async ValueTask<Reply> RunAsync(ImapSession session, CancellationToken cancel)
    {
        var selected = session.Selected!;
        var named = selected.Find(Set, Uids);
        if (selected.ReadOnly)
            return Reply.ReadOnly;
        if (await session.FindMailboxAsync(Target, cancel) is not { } target)
            return Reply.TryCreate;
        if (selected.Is(target))
            return Reply.No("CANNOT", "The messages are in that mailbox already");
        if (named.IsEmpty)
            return Reply.Ok("No such message");

        var request = selected.CopyTo(target, named);
        var moved = await session.Gateway.MoveAsync(request, cancel);
        if (!moved.IsOk)
            return Copy.Refused(moved);
        if (moved.Value.Uids.Count == 0)
            return Reply.MessagesGone;

        // Before the expunges, so that the client knows where they have gone (RFC 6851 §4.3).
        session.Writer.Put("*", Reply.Ok("Moved", Copy.CopyUid(moved.Value)));
        selected.Took(moved.Value.Revision, UidSet.Of(moved.Value.Uids.Select(pair => pair.Source)));
        return await session.RemovedAsync("Done", cancel);
    }

    static IImapCommand Parse(ref ImapReader args, bool uids)
    {
        args.ExpectSP();
        var set = args.ExpectSequenceSet();
        args.ExpectSP();
        var target = args.ExpectMailbox();
        args.ExpectEnd();
        return new Move(set, uids, target);
    }
}
