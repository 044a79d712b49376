using System.Buffers;
using System.Text;
using Cloud.Api.Gateway;
using Cloud.Store.Ports;
using Cloud.Wire;
using Cloud.Wire.Sasl;

namespace Cloud.Listener.Pop3.Commands;

/// <summary>AUTH: a SASL exchange, with or without an initial response. RFC 5034 §4.</summary>
sealed class Auth(string mechanism, string? initial) : IPop3Command
{
    const string Plain = "PLAIN";
    const string Scram = "SCRAM-SHA-256";

    public static IPop3Command? Parse(ref Pop3Reader arguments)
    {
        if (arguments.Atom() is not { } mechanism)
            return null;
        return arguments.AtEnd ? new Auth(mechanism, null)
            : arguments.Atom() is { } initial ? new Auth(mechanism, initial)
            : null;
    }

    /// <summary>PLAIN holds the password; SCRAM may be used in clear.</summary>
    public static IReadOnlyList<string> Mechanisms(Pop3Session session) =>
        session.TakesPasswords ? [Scram, Plain] : [Scram];

    public async ValueTask<Pop3Reply> RunAsync(Pop3Session session, CancellationToken cancel)
    {
        if (mechanism.Equals(Plain, StringComparison.OrdinalIgnoreCase) && !session.TakesPasswords)
            return Pop3Reply.TlsRequired;
        var credentials = new Credentials(session);
        if (
            !Mechanisms(session).Contains(mechanism, StringComparer.OrdinalIgnoreCase)
            || SaslExchange.TryCreate(mechanism, credentials, Entropy.System) is not { } exchange
        )
        {
            return Pop3Reply.Fault("No such mechanism");
        }

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

        return step.Status switch
        {
            SaslStatus.Cancelled => Pop3Reply.Fault("Cancelled"),
            SaslStatus.Malformed => Pop3Reply.Fault("Not what the mechanism asks for"),
            _ => await session.LogInAsync(credentials.Login, credentials.Result, cancel),
        };
    }

    /// <summary>Asks the gateway, and keeps its answer.</summary>
    sealed class Credentials(Pop3Session session) : ISaslCredentials
    {
        public string Login { get; private set; } = "";

        public AuthenticateResult Result { get; private set; } =
            AuthenticateResult.Refused(AuthenticateStatus.WrongCredentials);

        public async ValueTask<SaslVerdict> CheckPasswordAsync(string login, string password, CancellationToken cancel)
        {
            Login = login;
            var request = new AuthenticateRequest(login, password, session.Client);
            return Keep(await session.Gateway.AuthenticateAsync(request, cancel));
        }

        public async ValueTask<SaslSalt> StartScramAsync(string login, CancellationToken cancel)
        {
            var (salt, iterations) = await session.Gateway.StartScramAsync(login, cancel);
            return new SaslSalt(salt, iterations);
        }

        public async ValueTask<SaslVerdict> FinishScramAsync(
            string login,
            ReadOnlyMemory<byte> authMessage,
            ReadOnlyMemory<byte> proof,
            CancellationToken cancel
        )
        {
            Login = login;
            var request = new ScramProof(login, authMessage, proof, session.Client);
            return Keep(await session.Gateway.FinishScramAsync(request, cancel));
        }

        SaslVerdict Keep(AuthenticateResult result)
        {
            Result = result;
            var status = result.Status switch
            {
                AuthenticateStatus.Ok => SaslStatus.Ok,
                AuthenticateStatus.LockedOut => SaslStatus.LockedOut,
                _ => SaslStatus.WrongCredentials,
            };
            return new SaslVerdict(status, result.ServerSignature);
        }
    }
}
