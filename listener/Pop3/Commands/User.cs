namespace Cloud.Listener.Pop3.Commands;

/// <summary>USER: the name for the PASS that follows. RFC 1939 §7.</summary>
/// <remarks>Every name is welcome: which of them exist is not told.</remarks>
sealed record User(string Name) : IPop3Command
{
    public static IPop3Command? Parse(ref Pop3Reader arguments) => arguments.Text() is { } name ? new User(name) : null;

    public ValueTask<Pop3Reply> RunAsync(Pop3Session session, CancellationToken cancel)
    {
        if (!session.TakesPasswords)
            return new(Pop3Reply.TlsRequired);
        session.Name = Name;
        return new(Pop3Reply.Ok("Now the password"));
    }
}
