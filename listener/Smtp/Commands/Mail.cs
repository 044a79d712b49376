using Cloud.Mail;

namespace Cloud.Listener.Smtp.Commands;

/// <summary>MAIL FROM: begins a transaction (RFC 5321 §4.1.1.2).</summary>
sealed record Mail(EmailAddress? From, MailParameters Parameters) : ISmtpCommand
{
    public static ISmtpCommand Parse(ref SmtpReader args)
    {
        args.ExpectLiteral("FROM:"u8);
        var from = args.ExpectReversePath();
        return new Mail(from, MailParameters.Read(args.ExpectParameters()));
    }

    public ValueTask<Reply> RunAsync(SmtpSession session, CancellationToken cancel) => new(Run(session));

    Reply Run(SmtpSession session)
    {
        if (Parameters.HasAuth && !session.OffersAuthentication)
            return Replies.UnknownParameter;
        if (Parameters.IsForSubmission && !session.OffersScheduling)
            return Replies.UnknownParameter;
        if (Parameters.Size > session.Options.MaxMessageSize)
            return Replies.TooLarge;
        if (From is { IsAscii: false } && !Parameters.Options.SmtpUtf8)
            return Replies.NeedsSmtpUtf8; // RFC 6531 §3.5
        var now = session.Time.GetUtcNow();
        var release = Parameters.HoldUntil ?? now + Parameters.HoldFor;
        if (release - now > session.Options.MaxHold)
            return Replies.HeldTooLong(session.Options.MaxHold);
        var options = Parameters.OptionsAt(now);
        if (options.DeliverBy is { } by && release > by.Deadline)
            return Replies.HeldPastDeadline;
        if (Measure.OfMessage(session, From) is { } tooFast)
            return tooFast;
        session.BeginTransaction(
            new(From)
            {
                DeclaredSize = Parameters.Size,
                Options = options,
                HoldUntil = release > now ? release : null,
            }
        );
        return Replies.SenderOk;
    }
}
