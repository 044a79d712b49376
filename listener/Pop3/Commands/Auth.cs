using System.Buffers;
using System.Text;
using Cloud.Api.Gateway;
using Cloud.Listener.Hosting;
using Cloud.Store.Ports;
using Cloud.Wire;
using Cloud.Wire.Sasl;

namespace Cloud.Listener.Pop3.Commands;

/// <summary>AUTH: a SASL exchange, with or without an initial response. RFC 5034 §4.</summary>
sealed class Auth(string mechanism, string? initial) : IPop3Command
{
    /// <summary>The exchange failed before the gateway was asked.</summary>
    static readonly AuthenticateResult Unasked = AuthenticateResult.Refused(AuthenticateStatus.WrongCredentials);

    public static IPop3Command? Parse(ref Pop3Reader arguments)
    {
        if (arguments.Atom() is not { } mechanism)
            return null;
        return arguments.AtEnd ? new Auth(mechanism, null)
            : arguments.Atom() is { } initial ? new Auth(mechanism, initial)
            : null;
    }

    public async ValueTask<Pop3Reply> RunAsync(Pop3Session session, CancellationToken cancel)
    {
        var credentials = new GatewayCredentials(session.Gateway, session.Client);
        var offer = session.Sasl;
        if (SaslExchange.TryCreate(mechanism, credentials, Entropy.System, offer) is not { } exchange)
            return Pop3Reply.Fault("No such mechanism");
        if (!offer.MayUse(mechanism))
            return Pop3Reply.TlsRequired;

        var step = initial is null
            ? await exchange.StartAsync(cancel)
            : await exchange.StartAsync(new ReadOnlySequence<byte>(Encoding.ASCII.GetBytes(initial)), cancel);
        while (step.Status == SaslStatus.Challenge)
        {
            if (await session.AskAsync(step.Challenge) is not { } line)
                return Pop3Reply.Cut;
            if (line.Status != LineStatus.Line)
                return line.Status == LineStatus.TooLong ? Pop3Reply.LineTooLong : Pop3Reply.BareNewline;
            step = await exchange.ContinueAsync(line.Octets, cancel);
        }

        if (step.TellsWhy)
            return await RefuseAsync(session, credentials, step.Challenge, cancel);
        return step.Status switch
        {
            SaslStatus.Cancelled => Pop3Reply.Fault("Cancelled"),
            SaslStatus.Malformed => Pop3Reply.Fault("Not what the mechanism asks for"),
            _ => await session.LogInAsync(credentials.Login, credentials.Result ?? Unasked, cancel),
        };
    }

    /// <summary>The failure counts before the client is told why: it may leave then, or say anything.</summary>
    static async ValueTask<Pop3Reply> RefuseAsync(
        Pop3Session session,
        GatewayCredentials credentials,
        string why,
        CancellationToken cancel
    )
    {
        var failure = await session.JudgeAsync(
            await session.LogInAsync(credentials.Login, credentials.Result ?? Unasked, cancel)
        );
        if (failure.Next == AfterReply.Close)
            return failure;
        return await session.AskAsync(why) is null ? Pop3Reply.Cut : failure;
    }
}
