namespace Cloud.Listener.Pop3.Commands;

/// <summary>NOOP: shows that both are still there. RFC 1939 §5.</summary>
sealed class Noop : IPop3Command
{
    static readonly Noop Instance = new();

    public static IPop3Command Parse(ref Pop3Reader arguments) => Instance;

    public ValueTask<Pop3Reply> RunAsync(Pop3Session session, CancellationToken cancel) => new(Pop3Reply.Ok("Here"));
}
