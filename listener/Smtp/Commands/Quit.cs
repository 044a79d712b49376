namespace Cloud.Listener.Smtp.Commands;

/// <summary>QUIT: goodbye (RFC 5321 §4.1.1.10).</summary>
sealed record Quit : ISmtpCommand
{
    public static ISmtpCommand Parse(ref SmtpReader args)
    {
        args.ExpectEnd();
        return new Quit();
    }

    public ValueTask<Reply> RunAsync(SmtpSession session, CancellationToken cancel) => new(Replies.Goodbye);
}
