using System.Net;
using Cloud.Store;

namespace Cloud.Api.Gateway;

/// <param name="Login">The address as the client gave it, or a bare local part of the only domain.</param>
/// <param name="Client">Whose failures are counted; <see cref="ClientAddress.Unknown"/> where it cannot be told.</param>
public sealed record AuthenticateRequest(string Login, string Password, IPAddress Client)
{
    /// <summary>A password never gets into a log by way of a record's text.</summary>
    public override string ToString() => $"{nameof(AuthenticateRequest)} {Login} from {Client}";
}

/// <param name="Login">The address as the client gave it; empty where the token alone says whose mail it is for.</param>
/// <param name="Token">A bearer token of OAuth 2.0, at most <see cref="MaxToken"/> characters.</param>
/// <param name="Client">As of <see cref="AuthenticateRequest"/>.</param>
public sealed record TokenRequest(string Login, string Token, IPAddress Client)
{
    /// <summary>More than a line of SASL holds, decoded (RFC 4954 §4).</summary>
    public const int MaxToken = 12_288;

    /// <summary>A token never gets into a log by way of a record's text.</summary>
    public override string ToString() => $"{nameof(TokenRequest)} {Login} from {Client}";
}

public enum AuthenticateStatus
{
    Ok,

    /// <summary>Wrong name, password or token: which of them is not told.</summary>
    WrongCredentials,

    /// <summary>Too many failures; <see cref="AuthenticateResult.RetryAfter"/> says for how long.</summary>
    LockedOut,
}

/// <param name="Login">The user's address in its canonical form.</param>
/// <param name="ServerSignature">SCRAM's proof that we knew the user too; empty for passwords and tokens.</param>
public sealed record AuthenticateResult(
    AuthenticateStatus Status,
    AccountId Account,
    string Login,
    TimeSpan RetryAfter,
    ReadOnlyMemory<byte> ServerSignature
)
{
    /// <summary>By which the session is ended when the login counts no more; null where it is refused.</summary>
    public LoginStamp? Stamp { get; init; }

    public static AuthenticateResult Refused(AuthenticateStatus status, TimeSpan retryAfter = default) =>
        new(status, default, "", retryAfter, default);
}

/// <param name="Iterations">Of PBKDF2-HMAC-SHA-256; at least 4,096 (RFC 7677 §4).</param>
public sealed record ScramParameters(ReadOnlyMemory<byte> Salt, int Iterations);

/// <param name="AuthMessage">client-first-bare,server-first,client-final-without-proof (RFC 5802 §3).</param>
/// <param name="Proof">ClientProof, 32 octets.</param>
public sealed record ScramProof(
    string Login,
    ReadOnlyMemory<byte> AuthMessage,
    ReadOnlyMemory<byte> Proof,
    IPAddress Client
);
