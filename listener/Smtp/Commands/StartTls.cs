namespace Cloud.Listener.Smtp.Commands;

/// <summary>STARTTLS (RFC 3207 §4).</summary>
sealed record StartTls : ISmtpCommand
{
    public static ISmtpCommand Parse(ref SmtpReader args)
    {
        args.ExpectEnd();
        return new StartTls();
    }

    public async ValueTask<Reply> RunAsync(SmtpSession session, CancellationToken cancel)
    {
        if (session.Connection.IsSecure)
            return Replies.TlsIsOn;
        if (!session.OffersTls)
            return Replies.NotOffered;
        // What came in clear behind the command was not sent by who is inside TLS (CVE-2011-0411): it ends here.
        if (session.Input.HasMore())
            return Replies.InputBeforeTls;

        session.Input.Release();
        session.Write(Replies.ReadyForTls);
        await session.UpgradeAsync();
        return Reply.Nothing;
    }
}
