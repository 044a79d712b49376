using Cloud.Listener.Imap.Wire;

namespace Cloud.Listener.Imap.Commands;

/// <summary>STARTTLS. RFC 9051 §6.2.1.</summary>
sealed record StartTls : IImapCommand
{
    public static IImapCommand Parse(ref ImapReader args)
    {
        args.ExpectEnd();
        return new StartTls();
    }

    public ValueTask<Reply> RunAsync(ImapSession session, CancellationToken cancel)
    {
        if (session.Services.Certificate is null)
            return new(Reply.Bad("TLS is not offered here"));
        if (session.Connection.IsSecure)
            return new(Reply.Bad("TLS is on already"));
        if (session.Connection.IsCompressed)
            return new(Reply.Bad("TLS comes before compression")); // It would have to go below it: RFC 4978 §3.
        // Somebody between may have put it there, to be taken for what the client says under TLS.
        if (session.Input.HasUnread)
            return new(Reply.InputAfterStartTls);

        session.StartTlsAfterReply();
        return new(Reply.Ok("Begin TLS now"));
    }
}
