using System.Buffers;
using System.Text;
using Cloud.Listener.Hosting;
using Cloud.Wire.Sasl;

namespace Cloud.Listener.Smtp.Commands;

/// <summary>AUTH: a SASL exchange (RFC 4954 §4).</summary>
/// <param name="Initial">The initial response in base64, or <c>=</c>; null when there is none.</param>
sealed record Auth(string Mechanism, byte[]? Initial) : ISmtpCommand
{
    public static ISmtpCommand Parse(ref SmtpReader args)
    {
        var mechanism = args.Word();
        var initial = args.Word();
        args.ExpectEnd();
        return mechanism.IsEmpty
            ? throw new ProtocolException(Replies.BadArguments)
            : new Auth(Encoding.ASCII.GetString(mechanism), initial.IsEmpty ? null : initial.ToArray());
    }

    /// <summary>A response may be a secret: it stays out of a record's text.</summary>
    public override string ToString() => $"{nameof(Auth)} {Mechanism}";

    public async ValueTask<Reply> RunAsync(SmtpSession session, CancellationToken cancel)
    {
        if (session.Options.Role != SmtpRole.Submission)
            return Replies.NotOffered;
        if (!session.OffersAuthentication)
            return Replies.EncryptionRequired;
        if (session.User is not null)
            return Replies.BadSequence; // RFC 4954 §4: once a session

        var credentials = new GatewayCredentials(session.Gateway, session.Connection.Remote.Address);
        if (SaslExchange.TryCreate(Mechanism, credentials, session.Entropy, session.Sasl) is not { } exchange)
            return Replies.UnknownMechanism;
        var step = Initial is null
            ? await exchange.StartAsync(cancel)
            : await exchange.StartAsync(new(Initial), cancel);
        while (step.Status == SaslStatus.Challenge)
        {
            step = await exchange.ContinueAsync(await AskAsync(session, step.Challenge), cancel);
        }

        if (step.Status == SaslStatus.Ok)
            session.LogIn(credentials.Result!);
        else
            SmtpLog.NotAuthenticated(session.Logger, session.Connection.Remote.Address, Mechanism, $"{step.Status}");
        return step.TellsWhy ? await RefuseAsync(session, step.Challenge) : Answer(step.Status);
    }

    static ValueTask<ReadOnlySequence<byte>> AskAsync(SmtpSession session, string challenge)
    {
        session.Write(Replies.Challenge(challenge));
        return session.Input.ReadLineAsync(
            SmtpLimits.AuthLine,
            session.Options.CommandTimeout,
            Replies.ResponseTooLong
        );
    }

    /// <summary>The failure counts before the client is told why: it may leave then, or say anything.</summary>
    static async ValueTask<Reply> RefuseAsync(SmtpSession session, string why)
    {
        var failure = await Measure.JudgeAsync(session, Replies.WrongCredentials);
        if (failure.Closes)
            return failure;
        try
        {
            await AskAsync(session, why);
        }
        catch (ProtocolException e) when (!e.Reply.Closes)
        {
            // Too long, or no line: it is answered with the failure as well.
        }
        return failure with { Offence = null };
    }

    static Reply Answer(SaslStatus status) =>
        status switch
        {
            SaslStatus.Ok => Replies.Authenticated,
            SaslStatus.LockedOut => Replies.LockedOut,
            SaslStatus.Cancelled => Replies.AuthenticationCancelled,
            SaslStatus.Malformed => Replies.BadResponse,
            _ => Replies.WrongCredentials,
        };
}
