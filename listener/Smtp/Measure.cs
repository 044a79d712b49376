using Cloud.Mail;

namespace Cloud.Listener.Smtp;

/// <summary>Holds strangers and accounts to measure: what they may begin, and what their offences bring.</summary>
static class Measure
{
    /// <summary>Tells an offence at the door, which may hold the answer back or end the session.</summary>
    /// <returns>What to say after all.</returns>
    public static async ValueTask<Reply> JudgeAsync(SmtpSession session, Reply reply)
    {
        // Who has logged in is known by name: the account's own limits hold.
        if (reply.Offence is not { } offence || session.User is not null)
            return reply;
        var (delay, isBanned) = session.Connection.Visitor.Report(offence);
        if (isBanned && !reply.Closes)
        {
            session.Write(reply);
            return Replies.Banned;
        }
        await session.Connection.PauseAsync(delay, session.Time);
        return reply;
    }

    /// <summary>Whether MAIL may begin one more message now.</summary>
    /// <returns>Null: it may.</returns>
    public static Reply? OfMessage(SmtpSession session, EmailAddress? from)
    {
        var visitor = session.Connection.Visitor;
        if (session.User is { } account)
            return Wait(visitor.TakeSubmission(account), "Too many messages from your account");
        return Wait(visitor.TakeMessage(), "Too many messages from your address")
            ?? (
                from is null ? null : Wait(visitor.TakeSender(from.Domain), "Too many messages of this sender's domain")
            );
    }

    /// <summary>Whether RCPT may name one more recipient now.</summary>
    /// <remarks>Who has guessed too many hears the same of every recipient, and may try the right ones again later.</remarks>
    /// <returns>Null: it may.</returns>
    public static Reply? OfRecipient(SmtpSession session)
    {
        if (session.User is not null)
            return null;
        var visitor = session.Connection.Visitor;
        return Wait(visitor.Guessing(), "Too many unknown recipients from your address") is { } guessing
            ? guessing with
            {
                Offence = Hosting.Abuse.Offence.RefusedRecipient,
            }
            : Wait(visitor.TakeRecipient(), "Too many recipients from your address");
    }

    /// <summary>Whether a recipient that there is may get one more message now.</summary>
    /// <returns>Null: it may.</returns>
    public static Reply? OfMailbox(SmtpSession session, EmailAddress to) =>
        session.User is null
            ? Wait(session.Connection.Visitor.TakeMessageFor(to), "Too many messages for this recipient")
            : null;

    static Reply? Wait(TimeSpan wait, string why) => wait == TimeSpan.Zero ? null : Replies.TooFast(why, wait);
}
