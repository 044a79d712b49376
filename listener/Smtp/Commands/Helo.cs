namespace Cloud.Listener.Smtp.Commands;

/// <summary>HELO: EHLO without extensions (RFC 5321 §4.1.1.1).</summary>
sealed record Helo(string Name) : ISmtpCommand
{
    public static ISmtpCommand Parse(ref SmtpReader args) => new Helo(args.ExpectHelo());

    public async ValueTask<Reply> RunAsync(SmtpSession session, CancellationToken cancel)
    {
        await session.GreetAsync(Name, extended: false);
        return new Reply(250, "", session.Options.Hostname);
    }
}
