namespace Cloud.Listener.Pop3.Commands;

/// <summary>DELE: marks a message, which QUIT then removes. RFC 1939 §5.</summary>
sealed record Dele(int Number) : IPop3Command
{
    public static IPop3Command? Parse(ref Pop3Reader arguments) =>
        arguments.Number() is { } number ? new Dele(number) : null;

    public ValueTask<Pop3Reply> RunAsync(Pop3Session session, CancellationToken cancel)
    {
        if (!session.Maildrop.Has(Number))
            return new(Pop3Reply.NoSuchMessage);
        session.Maildrop.Mark(Number);
        return new(Pop3Reply.Ok("Marked for deletion"));
    }
}
