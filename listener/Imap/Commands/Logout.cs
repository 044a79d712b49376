using Cloud.Listener.Imap.Wire;

namespace Cloud.Listener.Imap.Commands;

/// <summary>LOGOUT. RFC 9051 §6.1.3.</summary>
sealed record Logout : IImapCommand
{
    public static IImapCommand Parse(ref ImapReader args)
    {
        args.ExpectEnd();
        return new Logout();
    }

    public ValueTask<Reply> RunAsync(ImapSession session, CancellationToken cancel)
    {
        if (session.Selected is not null)
            session.Deselect(); // Nothing is told any more.
        session.Writer.Put("*", Reply.Goodbye);
        session.End();
        return new(Reply.Ok("Logged out"));
    }
}
