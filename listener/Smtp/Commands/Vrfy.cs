namespace Cloud.Listener.Smtp.Commands;

/// <summary>VRFY: who lives here is not told (RFC 5321 §3.5.3, §7.3).</summary>
sealed record Vrfy : ISmtpCommand
{
    public static ISmtpCommand Parse(ref SmtpReader args) =>
        args.Rest().IsEmpty ? throw new ProtocolException(Replies.BadArguments) : new Vrfy();

    public ValueTask<Reply> RunAsync(SmtpSession session, CancellationToken cancel) => new(Replies.CannotVerify);
}
