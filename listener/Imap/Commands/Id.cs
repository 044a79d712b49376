using Cloud.Listener.Imap.Wire;

namespace Cloud.Listener.Imap.Commands;

/// <summary>ID: who is speaking. RFC 2971. What a client says of itself is read and forgotten.</summary>
sealed record Id : IImapCommand
{
    public static IImapCommand Parse(ref ImapReader args)
    {
        args.ExpectSP();
        if (!args.Label("NIL"u8))
            ExpectPairs(ref args);
        args.ExpectEnd();
        return new Id();
    }

    public ValueTask<Reply> RunAsync(ImapSession session, CancellationToken cancel)
    {
        session.Writer.Line("ID (\"name\" \"Cloud\")");
        return new(Reply.Ok("Nice to meet you"));
    }

    static void ExpectPairs(ref ImapReader args)
    {
        args.ExpectChar('(');
        for (var pairs = 0; !args.Char(')'); pairs++)
        {
            if (pairs == ImapLimits.IdPairs)
                throw new SyntaxException($"At most {ImapLimits.IdPairs} fields"); // RFC 2971 §3.3
            if (pairs > 0)
                args.ExpectSP();
            args.ExpectNString("a field's name");
            args.ExpectSP();
            args.ExpectNString("a field's value");
        }
    }
}
