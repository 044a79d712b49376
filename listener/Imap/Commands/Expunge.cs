using Cloud.Listener.Imap.Wire;

namespace Cloud.Listener.Imap.Commands;

/// <summary>EXPUNGE and UID EXPUNGE. RFC 9051 §6.4.3, §6.4.9 (RFC 4315 §2.1), RFC 7162 §3.2.7, §3.2.9.</summary>
/// <param name="Uids">Null for all.</param>
sealed record Expunge(SequenceSet? Uids) : IImapCommand
{
    public static IImapCommand Parse(ref ImapReader args)
    {
        args.ExpectEnd();
        return new Expunge(Uids: null);
    }

    public static IImapCommand ParseUid(ref ImapReader args)
    {
        args.ExpectSP();
        var uids = args.ExpectSequenceSet();
        args.ExpectEnd();
        return new Expunge(uids);
    }

    public async ValueTask<Reply> RunAsync(ImapSession session, CancellationToken cancel)
    {
        var selected = session.Selected!;
        if (selected.ReadOnly)
            return Reply.ReadOnly;
        // Only what this session has seen: nothing is expunged behind its back.
        var named = Uids is null ? selected.View.All : selected.Find(Uids, uids: true);
        var known = named.ToUids(selected.View);
        if (known.IsEmpty)
            return Reply.Ok("Nothing to expunge");

        var expunged = await session.Gateway.ExpungeAsync(
            selected.Account,
            selected.Id,
            known,
            onlyDeleted: true,
            cancel
        );
        if (!expunged.IsOk)
            return Reply.From(expunged.Refusal, expunged.Reason);
        selected.Took(expunged.Value.Revision, expunged.Value.Uids);
        return expunged.Value.Uids.IsEmpty ? Reply.Ok("Expunged") : await session.RemovedAsync("Expunged", cancel);
    }
}
