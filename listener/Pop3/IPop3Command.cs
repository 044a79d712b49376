namespace Cloud.Listener.Pop3;

/// <summary>A command whose arguments have been read, ready to be carried out.</summary>
interface IPop3Command
{
    ValueTask<Pop3Reply> RunAsync(Pop3Session session, CancellationToken cancel);
}
