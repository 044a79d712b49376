namespace Cloud.Listener.Pop3.Commands;

/// <summary>QUIT: removes what is marked, and ends the session either way. RFC 1939 §5, §6.</summary>
sealed class Quit : IPop3Command
{
    static readonly Quit Instance = new();

    static readonly Pop3Reply Bye = Pop3Reply.Ok("Bye") with { Next = AfterReply.Close };

    static readonly Pop3Reply NotAllRemoved = Pop3Reply.Error("SYS/TEMP", "Some deleted messages not removed") with
    {
        Next = AfterReply.Close,
    };

    public static IPop3Command Parse(ref Pop3Reader arguments) => Instance;

    public async ValueTask<Pop3Reply> RunAsync(Pop3Session session, CancellationToken cancel) =>
        !session.IsLoggedIn || await session.UpdateAsync(cancel) ? Bye : NotAllRemoved;
}
