using System.Security.Cryptography;
using Cloud.Wire.Sasl;

namespace Cloud.Tests.Wire;

/// <summary>One name, one password, one token.</summary>
sealed class OneUser(string name, string password) : ISaslCredentials
{
    public const string Token = "ya29.a-b_c~d+e/f==";

    static readonly byte[] Salt = [1, 2, 3, 4, 5, 6, 7, 8];

    /// <summary>What tokens were asked about, each with its name.</summary>
    public List<(string Login, string Token)> Asked { get; } = [];

    public SaslStatus Otherwise { get; init; } = SaslStatus.WrongCredentials;

    public ValueTask<SaslVerdict> CheckPasswordAsync(string login, string given, CancellationToken cancel) =>
        new(Verdict(login == name && given == password));

    public ValueTask<SaslVerdict> CheckTokenAsync(string login, string token, CancellationToken cancel)
    {
        Asked.Add((login, token));
        return new(Verdict((login == name || login.Length == 0) && token == Token));
    }

    public ValueTask<SaslSalt> StartScramAsync(string login, CancellationToken cancel) => new(new SaslSalt(Salt, 4096));

    public ValueTask<SaslVerdict> FinishScramAsync(
        string login,
        ReadOnlyMemory<byte> authMessage,
        ReadOnlyMemory<byte> proof,
        CancellationToken cancel
    )
    {
        var salted = Rfc2898DeriveBytes.Pbkdf2(password, Salt, 4096, HashAlgorithmName.SHA256, 32);
        var stored = SHA256.HashData(HMACSHA256.HashData(salted, "Client Key"u8));
        var signature = HMACSHA256.HashData(stored, authMessage.Span);
        var key = proof.ToArray().Zip(signature, (a, b) => (byte)(a ^ b)).ToArray();
        var server = HMACSHA256.HashData(HMACSHA256.HashData(salted, "Server Key"u8), authMessage.Span);
        var isRight = login == name && SHA256.HashData(key).SequenceEqual(stored);
        return new(isRight ? new SaslVerdict(SaslStatus.Ok, server) : Verdict(false));
    }

    SaslVerdict Verdict(bool isRight) => new(isRight ? SaslStatus.Ok : Otherwise, default);
}
