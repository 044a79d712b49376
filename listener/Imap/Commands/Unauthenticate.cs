using Cloud.Listener.Imap.Wire;

namespace Cloud.Listener.Imap.Commands;

/// <summary>UNAUTHENTICATE: the connection as it was before login, TLS aside. RFC 8437 §3.</summary>
sealed record Unauthenticate : IImapCommand
{
    public static IImapCommand Parse(ref ImapReader args)
    {
        args.ExpectEnd();
        return new Unauthenticate();
    }

    public ValueTask<Reply> RunAsync(ImapSession session, CancellationToken cancel)
    {
        session.LogOut();
        return new(Reply.Ok("Logged out; log in again"));
    }
}
