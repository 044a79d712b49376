using Cloud.Listener.Imap.Wire;

namespace Cloud.Listener.Imap.Commands;

/// <summary>CLOSE: expunges without a word, and deselects. RFC 9051 §6.4.1.</summary>
sealed record Close : IImapCommand
{
    public static IImapCommand Parse(ref ImapReader args)
    {
        args.ExpectEnd();
        return new Close();
    }

    public async ValueTask<Reply> RunAsync(ImapSession session, CancellationToken cancel)
    {
        var selected = session.Selected!;
        if (!selected.ReadOnly)
        {
            var known = selected.View.All.ToUids(selected.View);
            if (!known.IsEmpty)
                await session.Gateway.ExpungeAsync(selected.Account, selected.Id, known, onlyDeleted: true, cancel);
        }
        session.Deselect();
        return Reply.Ok("Closed");
    }
}
