namespace Cloud.Listener.Smtp.Commands;

/// <summary>NOOP: nothing, with an argument that is ignored (RFC 5321 §4.1.1.9).</summary>
sealed record Noop : ISmtpCommand
{
    public static ISmtpCommand Parse(ref SmtpReader args) => new Noop();

    public ValueTask<Reply> RunAsync(SmtpSession session, CancellationToken cancel) => new(Replies.Ok);
}
