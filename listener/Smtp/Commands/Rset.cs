namespace Cloud.Listener.Smtp.Commands;

/// <summary>RSET: forgets the transaction (RFC 5321 §4.1.1.5).</summary>
sealed record Rset : ISmtpCommand
{
    public static ISmtpCommand Parse(ref SmtpReader args)
    {
        args.ExpectEnd();
        return new Rset();
    }

    public async ValueTask<Reply> RunAsync(SmtpSession session, CancellationToken cancel)
    {
        await session.EndTransactionAsync();
        return Replies.Ok;
    }
}
