using System.Buffers;
using System.Text;
using Cloud.Api.Gateway;
using Cloud.Listener.Hosting;
using Cloud.Listener.Imap.Wire;
using Cloud.Wire.Sasl;

namespace Cloud.Listener.Imap.Commands;

/// <summary>AUTHENTICATE, with an initial response or without. RFC 9051 §6.2.2, RFC 4959.</summary>
/// <param name="Initial">Base64, or <c>=</c> for an empty one; null when there is none.</param>
sealed record Authenticate(string Mechanism, byte[]? Initial) : IImapCommand
{
    public static IImapCommand Parse(ref ImapReader args)
    {
        args.ExpectSP();
        var mechanism = Encoding.ASCII.GetString(args.ExpectAtom("a mechanism"));
        var initial = args.SP() ? args.ExpectAtom("an initial response").ToArray() : null;
        args.ExpectEnd();
        return new Authenticate(mechanism, initial);
    }

    public async ValueTask<Reply> RunAsync(ImapSession session, CancellationToken cancel)
    {
        var credentials = new GatewayCredentials(session.Gateway, session.Connection.Remote.Address);
        var offer = session.Sasl;
        if (SaslExchange.TryCreate(Mechanism, credentials, session.Services.Entropy, offer) is not { } exchange)
            return Reply.No("CANNOT", "There is no such mechanism");
        if (!offer.MayUse(Mechanism))
            return Reply.LoginDisabled;

        var step = Initial is null
            ? await exchange.StartAsync(cancel)
            : await exchange.StartAsync(new ReadOnlySequence<byte>(Initial), cancel);
        while (step.Status == SaslStatus.Challenge)
        {
            var status = await AskAsync(session, step.Challenge);
            if (status == ReadStatus.Refused)
                return session.Input.Fault;
            if (status != ReadStatus.Command)
                return session.Farewell(status) ?? Reply.Goodbye;
            step = await exchange.ContinueAsync(new ReadOnlySequence<byte>(session.Input.Text.ToArray()), cancel);
            session.Input.Release();
        }
        return step.TellsWhy
            ? await RefuseAsync(session, step.Challenge)
            : Conclude(session, step.Status, credentials.Result);
    }

    public override string ToString() => $"AUTHENTICATE {Mechanism}";

    static async ValueTask<ReadStatus> AskAsync(ImapSession session, string challenge)
    {
        session.Writer.Put("+ "u8);
        session.Writer.Put(challenge);
        session.Writer.Crlf();
        await session.Writer.FlushAsync();
        return await session.Input.ReadContinuationAsync(session.Patience);
    }

    /// <summary>The failure counts before the client is told why: it may leave then, or say anything.</summary>
    static async ValueTask<Reply> RefuseAsync(ImapSession session, string why)
    {
        var failure = session.RefuseLogin(AuthenticateStatus.WrongCredentials, TimeSpan.Zero);
        if (failure.Condition == Condition.Bye)
            return failure;
        await session.HoldBackAsync();
        var status = await AskAsync(session, why);
        session.Input.Release();
        return status is ReadStatus.Command or ReadStatus.Refused ? failure : session.Farewell(status) ?? Reply.Goodbye;
    }

    static Reply Conclude(ImapSession session, SaslStatus status, AuthenticateResult? result)
    {
        switch (status)
        {
            case SaslStatus.Ok when result is { Status: AuthenticateStatus.Ok }:
                session.LogIn(result);
                return Reply.Ok("Logged in", $"CAPABILITY {Capability.Of(session)}");
            case SaslStatus.Cancelled:
                return Reply.Bad("Cancelled"); // RFC 9051 §6.2.2
            case SaslStatus.Malformed:
                return Reply.Bad("That is not what the mechanism expects");
            case SaslStatus.LockedOut:
                return session.RefuseLogin(AuthenticateStatus.LockedOut, result?.RetryAfter ?? TimeSpan.Zero);
            default:
                return session.RefuseLogin(AuthenticateStatus.WrongCredentials, TimeSpan.Zero);
        }
    }
}
