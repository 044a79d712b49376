namespace Cloud.Wire.Sasl;

/// <summary>What SASL must know about users; whoever answers counts failures and slows them down.</summary>
public interface ISaslCredentials
{
    ValueTask<SaslVerdict> CheckPasswordAsync(string login, string password, CancellationToken cancel);

    /// <summary>Salt and iterations (RFC 5802 §5.1); an unknown name gets made-up ones, and the same each time.</summary>
    ValueTask<SaslSalt> StartScramAsync(string login, CancellationToken cancel);

    /// <param name="authMessage">client-first-bare,server-first,client-final-without-proof (RFC 5802 §3).</param>
    /// <param name="proof">ClientProof, 32 octets.</param>
    ValueTask<SaslVerdict> FinishScramAsync(
        string login,
        ReadOnlyMemory<byte> authMessage,
        ReadOnlyMemory<byte> proof,
        CancellationToken cancel
    );

    /// <param name="login">Whose mail is wanted; empty where the token alone says.</param>
    ValueTask<SaslVerdict> CheckTokenAsync(string login, string token, CancellationToken cancel);
}

/// <param name="Iterations">Of PBKDF2-HMAC-SHA-256.</param>
public readonly record struct SaslSalt(ReadOnlyMemory<byte> Salt, int Iterations);

/// <param name="Status"><see cref="SaslStatus.Ok"/>, <see cref="SaslStatus.WrongCredentials"/> or
/// <see cref="SaslStatus.LockedOut"/>.</param>
/// <param name="ServerSignature">SCRAM's answer to a right proof, 32 octets; empty for passwords and tokens.</param>
public readonly record struct SaslVerdict(SaslStatus Status, ReadOnlyMemory<byte> ServerSignature);
