using System.Net;
using Cloud.Api.Gateway;
using Cloud.Wire.Sasl;

namespace Cloud.Listener.Hosting;

/// <summary>SASL's questions, put to the gateway. Made for one exchange.</summary>
/// <param name="client">Whose failures are counted.</param>
sealed class GatewayCredentials(IGateway gateway, IPAddress client) : ISaslCredentials
{
    /// <summary>The gateway's last answer; worth something only when the exchange ended with Ok.</summary>
    public AuthenticateResult? Result { get; private set; }

    /// <summary>Who the peer says it is; empty while it has not.</summary>
    public string Login { get; private set; } = "";

    public async ValueTask<SaslVerdict> CheckPasswordAsync(string login, string password, CancellationToken cancel)
    {
        Login = login;
        return Keep(await gateway.AuthenticateAsync(new AuthenticateRequest(login, password, client), cancel));
    }

    public async ValueTask<SaslSalt> StartScramAsync(string login, CancellationToken cancel)
    {
        var parameters = await gateway.StartScramAsync(login, cancel);
        return new SaslSalt(parameters.Salt, parameters.Iterations);
    }

    public async ValueTask<SaslVerdict> FinishScramAsync(
        string login,
        ReadOnlyMemory<byte> authMessage,
        ReadOnlyMemory<byte> proof,
        CancellationToken cancel
    )
    {
        Login = login;
        return Keep(await gateway.FinishScramAsync(new ScramProof(login, authMessage, proof, client), cancel));
    }

    public async ValueTask<SaslVerdict> CheckTokenAsync(string login, string token, CancellationToken cancel)
    {
        Login = login;
        return Keep(await gateway.AuthenticateTokenAsync(new TokenRequest(login, token, client), cancel));
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
