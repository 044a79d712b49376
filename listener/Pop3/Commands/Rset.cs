namespace Cloud.Listener.Pop3.Commands;

/// <summary>RSET: takes the marks back. RFC 1939 §5.</summary>
sealed class Rset : IPop3Command
{
    static readonly Rset Instance = new();

    public static IPop3Command Parse(ref Pop3Reader arguments) => Instance;

    public ValueTask<Pop3Reply> RunAsync(Pop3Session session, CancellationToken cancel)
    {
        session.Maildrop.Restore();
        return new(Pop3Reply.Ok($"{session.Maildrop.Count} messages"));
    }
}
