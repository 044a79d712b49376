using Cloud.Listener.Imap.Wire;

namespace Cloud.Listener.Imap.Commands;

/// <summary>ENABLE: what the client names and nobody knows is passed over in silence. RFC 5161 §3.1.</summary>
sealed record Enable : IImapCommand
{
    public static IImapCommand Parse(ref ImapReader args)
    {
        var count = 0;
        do
        {
            if (++count > ImapLimits.Enabled)
                throw new SyntaxException($"At most {ImapLimits.Enabled} capabilities");
            args.ExpectSP();
            args.ExpectAtom("a capability");
        } while (!args.AtEnd);
        return new Enable();
    }

    public ValueTask<Reply> RunAsync(ImapSession session, CancellationToken cancel)
    {
        session.Writer.Line("ENABLED");
        return new(Reply.Ok("Done"));
    }
}
