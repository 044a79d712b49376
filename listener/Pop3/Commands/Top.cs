namespace Cloud.Listener.Pop3.Commands;

/// <summary>TOP: a message's header and the first lines of its body. RFC 1939 §7.</summary>
sealed record Top(int Number, int Lines) : IPop3Command
{
    public static IPop3Command? Parse(ref Pop3Reader arguments) =>
        arguments.Number() is { } number && arguments.Lines() is { } lines ? new Top(number, lines) : null;

    public async ValueTask<Pop3Reply> RunAsync(Pop3Session session, CancellationToken cancel)
    {
        var maildrop = session.Maildrop;
        if (!maildrop.Has(Number) || await maildrop.ReadAsync(Number, cancel) is not var (bytes, size))
            return Pop3Reply.NoSuchMessage;
        return Pop3Reply.Ok("Top of message follows", new MessageBody(bytes, size, Lines));
    }
}
