using Cloud.Listener.Imap.Wire;

namespace Cloud.Listener.Imap.Commands;

/// <summary>UNSELECT: CLOSE that expunges nothing. RFC 3691.</summary>
sealed record Unselect : IImapCommand
{
    public static IImapCommand Parse(ref ImapReader args)
    {
        args.ExpectEnd();
        return new Unselect();
    }

    public ValueTask<Reply> RunAsync(ImapSession session, CancellationToken cancel)
    {
        session.Deselect();
        return new(Reply.Ok("Closed"));
    }
}
